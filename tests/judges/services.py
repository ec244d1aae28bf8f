"""boto3 and the aws CLI judge irsa-local's Parameter Store, S3 and check of RDS tokens; and irsa's own signer is judged by
irsa-local's S3, whose second verifier is s3s.
"""

import datetime
import io
import json
import tempfile
import urllib.parse

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from checks import KEYS, request, run, same, succeed
from pod import PARAMETER, SESSION

REGION = "eu-west-1"
BUCKET = "shop-data"
DENIED = "AccessDenied"
HOST = "db.demo.eu-west-1.rds.amazonaws.com:5432"
# A part of an upload, the last but one at least.
PART = 5 << 20


class Services:
    def __init__(self, pod, tls, aws):
        self.pod, self.tls, self.aws = pod, tls, aws
        self.url = pod.variables["IRSA_LOCAL_URL"]
        self.own = pod.keys()

    def client(self, service, region=REGION, config=None, **changed):
        """With keys that were had before; `changed` spoils them."""
        keys = self.own | changed
        return boto3.session.Session(
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=keys["AWS_SESSION_TOKEN"],
            region_name=region,
        ).client(service, endpoint_url=self.url, config=Config(retries={"total_max_attempts": 1}).merge(config or Config()))

    def s3(self, **more):
        return self.client("s3", **more)

    def irsa(self, *words):
        return succeed([self.pod.irsa, *words], self.pod.env(**self.own))

    # Parameter Store.

    def parameters(self):
        ssm = self.client("ssm")
        got = ssm.get_parameter(Name="/shop/db/password", WithDecryption=True)["Parameter"]
        # Compared without being printed.
        same("the secure one", (True, "SecureString"), (got["Value"] == PARAMETER, got["Type"]))
        same("its time", datetime.datetime, type(got["LastModifiedDate"]))
        closed = ssm.get_parameter(Name="/shop/db/password")["Parameter"]["Value"]
        same("not decrypted", False, PARAMETER in closed)
        got = ssm.get_parameters(Names=["/shop/db/host", "/shop/none"])
        same("some", (["db"], ["/shop/none"]), ([p["Value"] for p in got["Parameters"]], got["InvalidParameters"]))
        pages = ssm.get_paginator("get_parameters_by_path").paginate(
            Path="/shop/many", Recursive=True, PaginationConfig={"PageSize": 4}
        )
        pages = [[p["Name"] for p in page["Parameters"]] for page in pages]
        same("pages", [4, 4, 4, 1], [len(page) for page in pages])
        same("all", [f"/shop/many/{n:02}" for n in range(13)], sum(pages, []))

    def no_parameters(self):
        ssm = self.client("ssm")
        for code, call in [
            ("ParameterNotFound", lambda: ssm.get_parameter(Name="/shop/none")),
            ("InvalidNextToken", lambda: ssm.get_parameters_by_path(Path="/shop/many", NextToken="x")),
            ("ValidationException", lambda: ssm.get_parameters_by_path(Path="shop")),
            ("AccessDeniedException", lambda: ssm.get_parameter(Name="/bank/key")),
            ("AccessDeniedException", lambda: ssm.get_parameters_by_path(Path="/bank")),
        ]:
            refused(code, call)
        spoilt = self.client("ssm", AWS_SECRET_ACCESS_KEY="x" * 40)
        refused("InvalidSignatureException", lambda: spoilt.get_parameter(Name="/shop/db/host"))
        spoilt = self.client("ssm", AWS_SESSION_TOKEN="x" * 400)
        refused("UnrecognizedClientException", lambda: spoilt.get_parameter(Name="/shop/db/host"))

    # S3.

    def objects(self):
        s3 = self.s3()
        for n, key in enumerate(KEYS.values()):
            body = key.encode() * (n + 1)
            s3.put_object(Bucket=BUCKET, Key=f"own/{key}", Body=body, ContentType="text/x", Metadata={"n": str(n)})
            got = s3.get_object(Bucket=BUCKET, Key=f"own/{key}")
            same(key, (body, "text/x", {"n": str(n)}), (got["Body"].read(), got["ContentType"], got["Metadata"]))
            same(f"length of {key}", len(body), s3.head_object(Bucket=BUCKET, Key=f"own/{key}")["ContentLength"])
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=BUCKET, Prefix="own/", PaginationConfig={"PageSize": 5}
        )
        pages = [[found["Key"] for found in page["Contents"]] for page in pages]
        same("sizes of pages", [5, 5, 5, 1], [len(page) for page in pages])
        same("the list", sorted(f"own/{key}" for key in KEYS.values()), sorted(sum(pages, [])))
        old = s3.get_paginator("list_objects").paginate(Bucket=BUCKET, Prefix="own/", PaginationConfig={"PageSize": 9})
        same("the old list", 16, sum(len(page["Contents"]) for page in old))
        level = s3.list_objects_v2(Bucket=BUCKET, Prefix="own/", Delimiter="/")
        same("folders", ["own/deep/", "own/ü/"], [found["Prefix"] for found in level["CommonPrefixes"]])
        part = s3.get_object(Bucket=BUCKET, Key="own/plain", Range="bytes=1-2")["Body"].read()
        same("a part", b"la", part)
        s3.copy_object(Bucket=BUCKET, Key="own/copy", CopySource={"Bucket": BUCKET, "Key": "own/plain"})
        same("the copy", b"plain", s3.get_object(Bucket=BUCKET, Key="own/copy")["Body"].read())
        all_keys = [{"Key": found["Key"]} for found in s3.list_objects_v2(Bucket=BUCKET, Prefix="own/")["Contents"]]
        same("removed", 17, len(s3.delete_objects(Bucket=BUCKET, Delete={"Objects": all_keys})["Deleted"]))
        same("none is left", 0, s3.list_objects_v2(Bucket=BUCKET, Prefix="own/")["KeyCount"])
        same("its place", REGION, s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"])

    def large(self):
        """In parts, with other keys of the same role from the middle on."""
        body = bytes(range(256)) * (11 << 12)  # 11 MiB
        s3, later = self.s3(), self.pod.keys()
        s3.upload_fileobj(io.BytesIO(body), BUCKET, "own/parts", Config=TransferConfig(multipart_threshold=PART))
        same("whole", True, s3.get_object(Bucket=BUCKET, Key="own/parts")["Body"].read() == body)
        upload = {"Bucket": BUCKET, "Key": "own/slow"}
        upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
        etags = []
        for number, (client, begin) in enumerate([(s3, 0), (self.s3(**later), PART)], 1):
            part = client.upload_part(**upload, PartNumber=number, Body=body[begin : begin + PART])
            etags.append({"PartNumber": number, "ETag": part["ETag"]})
        self.s3(**later).complete_multipart_upload(**upload, MultipartUpload={"Parts": etags})
        same("its length", 2 * PART, s3.head_object(Bucket=BUCKET, Key="own/slow")["ContentLength"])

    def streamed(self):
        """Signed chunk by chunk, and with a checksum behind an unsigned body."""
        s3 = self.s3()
        for algorithm in "CRC32", "SHA256":
            s3.put_object(Bucket=BUCKET, Key="own/sum", Body=io.BytesIO(b"x" * 70_000), ChecksumAlgorithm=algorithm)
            got = s3.get_object(Bucket=BUCKET, Key="own/sum", ChecksumMode="ENABLED")
            same(algorithm, (70_000, True), (len(got["Body"].read()), bool(got.get(f"Checksum{algorithm}"))))
        unsigned = self.s3(config=Config(s3={"payload_signing_enabled": False}))
        unsigned.put_object(Bucket=BUCKET, Key="own/unsigned", Body=b"y")
        same("unsigned", b"y", s3.get_object(Bucket=BUCKET, Key="own/unsigned")["Body"].read())

    def encrypted(self):
        """By TLS, where boto3 leaves the body unsigned and sends a checksum behind it."""
        with tempfile.TemporaryDirectory() as home:
            env = self.tls.env(HOME=home)
            source = self.tls.folder / "upload"
            source.write_bytes(b"t" * 70_000)
            succeed([self.aws, "s3", "cp", "--only-show-errors", str(source), f"s3://{BUCKET}/own/tls"], env, 60)
            got = succeed([self.aws, "s3", "cp", "--only-show-errors", f"s3://{BUCKET}/own/tls", "-"], env, 60)
            head = ["--bucket", BUCKET, "--key", "own/tls", "--query", "[ContentEncoding, ContentType]"]
            kept = json.loads(succeed([self.aws, "s3api", "head-object", *head, "--output", "json"], env, 60))
        same("there and back", True, got == "t" * 70_000)
        same("what is kept", [None, "binary/octet-stream"], kept)

    def presigned(self):
        s3 = self.s3(config=Config(signature_version="s3v4"))
        where = {"Bucket": BUCKET, "Key": "own/by url"}
        put = s3.generate_presigned_url("put_object", Params=where, ExpiresIn=60)
        same("PUT", 200, request(put, "PUT", None, b"by url")[0])
        get = s3.generate_presigned_url("get_object", Params=where, ExpiresIn=60)
        same("GET", (200, b"by url"), request(get)[::2])
        other = get[:-1] + ("0" if get[-1] != "0" else "1")
        elsewhere = s3.generate_presigned_url("get_object", Params=where | {"Key": "top"}, ExpiresIn=60)
        for what, code, answer in [
            ("another signature", b"SignatureDoesNotMatch", request(other)),
            ("another method", b"SignatureDoesNotMatch", request(get, "PUT", None, b"x")),
            ("another key", b"SignatureDoesNotMatch", request(get.replace("url", "uri"))),
            ("longer", b"SignatureDoesNotMatch", request(get.replace("Expires=60", "Expires=61"))),
            ("what the policy does not allow", DENIED.encode(), request(elsewhere)),
        ]:
            same(what, True, b"<Code>" + code in answer[2])

    def hosted(self):
        """The bucket in the host's name, which resolves nowhere."""
        place = urllib.parse.urlsplit(self.url).netloc
        hosted = self.s3(config=Config(s3={"addressing_style": "virtual"}))
        hosted.meta.events.register("before-sign.s3", lambda request, **_: to_host(request, f"{BUCKET}.s3.localhost"))
        hosted.meta.events.register("before-send.s3", lambda request, **_: back_to(request, place))
        hosted.put_object(Bucket=BUCKET, Key="own/hosted", Body=b"h")
        same("by path", b"h", self.s3().get_object(Bucket=BUCKET, Key="own/hosted")["Body"].read())

    def no_objects(self):
        s3 = self.s3()
        for code, call in [
            ("NoSuchKey", lambda: s3.get_object(Bucket=BUCKET, Key="own/none")),
            ("404", lambda: s3.head_object(Bucket=BUCKET, Key="own/none")),
            ("NoSuchBucket", lambda: s3.get_object(Bucket="nowhere", Key="x")),
            (DENIED, lambda: s3.get_object(Bucket=BUCKET, Key="top")),
            (DENIED, lambda: s3.put_object(Bucket=BUCKET, Key="top", Body=b"x")),
            (DENIED, lambda: s3.delete_object(Bucket=BUCKET, Key="top")),
            (DENIED, lambda: s3.list_buckets()),
            (DENIED, lambda: s3.create_bucket(Bucket="new-bucket")),
            ("403", lambda: s3.head_object(Bucket=BUCKET, Key="top")),
        ]:
            refused(code, call)
        same("why", True, "s3:CreateBucket" in str(self.pod.logged()[-2]["why"]))
        get = dict(Bucket=BUCKET, Key="own/none")
        spoilt = self.s3(AWS_SECRET_ACCESS_KEY="x" * 40)
        refused("SignatureDoesNotMatch", lambda: spoilt.get_object(**get))
        refused("InvalidToken", lambda: self.s3(AWS_SESSION_TOKEN="x" * 400).get_object(**get))
        refused("InvalidAccessKeyId", lambda: self.s3(AWS_SESSION_TOKEN=None).get_object(**get))
        refused("InvalidAccessKeyId", lambda: self.s3(AWS_ACCESS_KEY_ID="ASIA" + "Q" * 16).get_object(**get))
        broken = self.s3()
        # On the way the body becomes another.
        broken.meta.events.register("before-send.s3", lambda request, **_: setattr(request, "body", b"evil"))
        refused("XAmzContentSHA256Mismatch", lambda: broken.put_object(Bucket=BUCKET, Key="own/x", Body=b"good"))
        refused("NoSuchKey", lambda: s3.get_object(Bucket=BUCKET, Key="own/x"))

    def another_region(self):
        """boto3 learns the right one from the refusal, and signs again."""
        abroad = self.s3(region="us-east-1")
        abroad.put_object(Bucket=BUCKET, Key="own/abroad", Body=b"x")
        outcomes = [line["outcome"] for line in self.pod.logged()[-3:]]
        same("outcomes", True, "AuthorizationHeaderMalformed" in outcomes and outcomes[-1] == "OK")

    def ended(self):
        """By the server's clock."""
        self.pod.fault("clock +2h")
        try:
            refused("ExpiredToken", lambda: self.s3().get_object(Bucket=BUCKET, Key="own/none"))
        finally:
            self.pod.fault("clock 0s")

    def of_irsa(self):
        """Requests of irsa's signer, which s3s has to take, too."""
        send = ["sign", "--send", "--service", "s3"]
        for wire, key in KEYS.items():
            url = f"{self.url}/{BUCKET}/own/irsa/{wire}"
            self.irsa(*send, "-X", "PUT", "-d", key, url)
            same(wire, key, self.irsa(*send, url))
            status, _, body = request(self.irsa("presign", "--service", "s3", url).strip())
            same(f"presigned {wire}", (200, key.encode()), (status, body))
        listed = self.s3().list_objects_v2(Bucket=BUCKET, Prefix="own/irsa/")["Contents"]
        same("the list", sorted(f"own/irsa/{key}" for key in KEYS.values()), sorted(found["Key"] for found in listed))

    # By the chain, with nothing but a pod's variables.

    def by_command(self):
        with tempfile.TemporaryDirectory() as home:
            env = self.pod.env(HOME=home)
            aws = lambda *words: succeed([self.aws, *words], env, 60)
            name = ["--name", "/shop/db/host", "--query", "Parameter.Value", "--output", "text"]
            same("a parameter", "db", aws("ssm", "get-parameter", *name).strip())
            source = self.pod.folder / "upload"
            source.write_bytes(b"z" * (9 << 20))
            aws("s3", "cp", "--only-show-errors", str(source), f"s3://{BUCKET}/own/cp")
            aws("s3", "cp", "--only-show-errors", f"s3://{BUCKET}/own/cp", str(self.pod.folder / "download"))
            same("there and back", True, (self.pod.folder / "download").read_bytes() == source.read_bytes())
            same("listed", True, aws("s3", "ls", f"s3://{BUCKET}/own/cp").rstrip().endswith(" cp"))
            status, _, err = run([self.aws, "s3", "cp", str(source), f"s3://{BUCKET}/top"], env, 60)
            same("refused", (1, True), (status, "is not authorized to perform: s3:PutObject on resource" in err))

    # RDS.

    def database(self):
        host, _, port = HOST.partition(":")
        token = lambda user="shop", region=REGION, **changed: self.client("rds", **changed).generate_db_auth_token(
            DBHostname=host, Port=int(port), DBUsername=user, Region=region
        )
        good = token()
        same("good", (200, b"ok\n"), self.rds("shop", good))
        same("who", SESSION + "judge", self.pod.logged()[-1]["who"])
        tampered = good[:-1] + ("0" if good[-1] != "0" else "1")
        for what, answer in [
            ("another user's", self.rds("admin", good)),
            ("a user that is not allowed", self.rds("admin", token("admin"))),
            ("tampered", self.rds("shop", tampered)),
            ("another secret access key", self.rds("shop", token(AWS_SECRET_ACCESS_KEY="x" * 40))),
            ("no session token", self.rds("shop", token(AWS_SESSION_TOKEN=None))),
            ("another region", self.rds("shop", token(region="us-east-1"))),
            ("another host", self.rds("shop", good, "?host=other.example:5432")),
            ("no token", self.rds("shop", "hunter2")),
        ]:
            same(what, 403, answer[0])
        self.pod.fault("clock +16m")
        try:
            same("ended", 403, self.rds("shop", good)[0])
        finally:
            self.pod.fault("clock 0s")

    def rds(self, user, token, options=f"?host={HOST}"):
        return request(f"{self.url}/_irsa/rds{options}", "POST", None, f"{user}\n{token}".encode())[::2]

    def all(self, check):
        check("boto3: parameters by name and by path", self.parameters)
        check("boto3: parameters that are refused", self.no_parameters)
        check("boto3: objects under keys of every kind, listed page by page", self.objects)
        check("boto3: objects in parts", self.large)
        check("boto3: objects with checksums, and unsigned", self.streamed)
        check("aws: an object by TLS", self.encrypted)
        check("boto3: presigned URLs", self.presigned)
        check("boto3: the bucket in the host", self.hosted)
        check("boto3: objects that are refused", self.no_objects)
        check("boto3: another region in the signature of an object", self.another_region)
        check("boto3: an object, and credentials that have ended", self.ended)
        check("irsa: objects under keys of every kind, for s3s", self.of_irsa)
        check("aws: a parameter and an object by the chain", self.by_command)
        check("boto3: tokens for a database", self.database)


def refused(code, call):
    try:
        answer = call()
    except ClientError as e:
        same("the code", code, e.response["Error"]["Code"])
    else:
        raise AssertionError(f"not refused with {code}: {json.dumps(answer, default=str)[:200]}")


def to_host(request, host):
    parts = urllib.parse.urlsplit(request.url)
    path = parts.path.removeprefix(f"/{BUCKET}")
    request.url = urllib.parse.urlunsplit(parts._replace(netloc=host, path=path))


def back_to(request, place):
    """Connects there, and leaves the header as it was signed."""
    parts = urllib.parse.urlsplit(request.url)
    same("where it goes", (f"{BUCKET}.s3.localhost", "/own/hosted"), (parts.netloc, parts.path))
    request.headers["Host"] = parts.netloc
    request.url = urllib.parse.urlunsplit(parts._replace(netloc=place))
