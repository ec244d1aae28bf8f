"""MinIO judges irsa: an STS that verifies our issuer's tokens, and an S3 that verifies our signatures.

The issuer is irsa-local: MinIO fetches its discovery document and keys, checks signature, `exp`, `nbf` and `aud` (not
`iss`), and gives the policy whose name is the token's `sub`. Objects go up and down by `irsa sign`, `irsa sign --send` and
`irsa presign`, and are compared byte for byte; refusals have to be understood though STS's all have one code.
"""

import hashlib
import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import time

import servers
from checks import KEYS, Checks, clean_env, request, run, same, succeed, succeed_json
from servers import REGION

DEMO = pathlib.Path(__file__).resolve().parents[2] / "demo"
SUBJECT = "system:serviceaccount:shop:checkout"
ROLE = "arn:aws:iam::111122223333:role/checkout"
STS_CODE = "400 InvalidParameterValue"

BODIES = {"empty": b"", "one": b"x", "all bytes": bytes(range(256)) * 5, "8 MiB": None}


def eight_mebibytes():
    """The same each time, and nothing that compresses."""
    return b"".join(hashlib.sha256(b"%d" % at).digest() for at in range((8 << 20) // 32))


class Judge:
    def __init__(self, irsa, irsa_local, folder, issuer, minio):
        self.irsa, self.irsa_local, self.folder, self.issuer, self.minio = irsa, irsa_local, folder, issuer, minio
        self.body_file = folder / "body"
        BODIES["8 MiB"] = eight_mebibytes()

    # Identities.

    def pod(self, token_file=None, **more):
        env = clean_env(HOME=str(self.folder), **self.issuer["env"]) | more
        env |= {"AWS_ENDPOINT_URL_STS": self.minio.url, "AWS_REGION": REGION}
        if token_file:
            env["AWS_WEB_IDENTITY_TOKEN_FILE"] = str(token_file)
        env.pop("AWS_CA_BUNDLE", None)
        if self.minio.authority:
            env["AWS_CA_BUNDLE"] = str(self.minio.authority.file)
        return env

    def token(self, *options):
        """A file with a token made as the options say."""
        path = self.folder / "odd-token"
        env = clean_env(**self.issuer["env"])
        path.write_text(succeed([self.irsa_local, "token", *options], env))
        return path

    def keys(self, **changed):
        """Credentials that were had from MinIO's STS, as variables; None takes one away."""
        had = succeed_json([self.irsa, "credential-process"], self.pod())
        values = {name: had[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")} | changed
        env = self.pod()
        del env["AWS_ROLE_ARN"], env["AWS_WEB_IDENTITY_TOKEN_FILE"]
        names = {"AccessKeyId": "AWS_ACCESS_KEY_ID", "SecretAccessKey": "AWS_SECRET_ACCESS_KEY", "SessionToken": "AWS_SESSION_TOKEN"}
        return env | {names[name]: value for name, value in values.items() if value is not None}

    # Requests.

    def url(self, target):
        return f"{self.minio.url}/{target}"

    def signed(self, env, method, target, body=b"", headers=None, flags=()):
        """Signed by irsa, sent by Python."""
        headers = headers or {}
        self.body_file.write_bytes(body)
        own = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
        data = ["--data-binary", f"@{self.body_file}", "-H", "content-type: x/y"] if body else []
        argv = [self.irsa, "sign", "--service", "s3", "-X", method, *own, *data, *flags, self.url(target)]
        lines = succeed(argv, env).splitlines()
        added = dict(line.split(": ", 1) for line in lines)
        more = {"content-type": "x/y"} if body else {}
        return request(self.url(target), method, headers | more | added, body, self.minio.context)

    def presigned(self, env, method, target, body=None, flags=(), headers=None):
        """Signed into the URL by irsa, sent by Python."""
        own = [word for name, value in (headers or {}).items() for word in ("-H", f"{name}: {value}")]
        url = succeed([self.irsa, "presign", "--service", "s3", "-X", method, *own, *flags, self.url(target)], env).strip()
        return request(url, method, headers, body, self.minio.context)

    def send(self, target, *flags):
        return ["sign", "--send", "--service", "s3", *flags, self.url(target)]

    # What succeeds.

    def credentials(self):
        had = succeed_json([self.irsa, "credential-process"], self.pod())
        same("version", 1, had["Version"])
        explained = succeed_json([self.irsa, "explain", "--json"], self.pod())
        if self.minio.url not in json.dumps(explained) or "web identity" not in json.dumps(explained):
            raise AssertionError(explained)
        token = succeed_json([self.irsa, "token", "--json"], self.pod())
        same("they end with the token", token["claims"]["exp"], had["Expiration"])

    def duration(self):
        had = succeed_json([self.irsa, "credential-process", "--duration", "1200"], self.pod())
        end = time.mktime(time.strptime(had["Expiration"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
        same("about twenty minutes", True, abs(end - time.time() - 1200) < 60)

    def doctor(self):
        """All is well, though nobody can say whose credentials these are."""
        got = succeed_json([self.irsa, "doctor", "--json"], self.pod())
        outcomes = {check["check"]: check["outcome"] for check in got["checks"]}
        wanted = {"endpoint": "ok", "reach": "ok", "credentials": "ok", "identity": "warning"}
        same("healthy", (True, wanted), (got["healthy"], {name: outcomes[name] for name in wanted}))

    def rotation(self):
        """New keys at the issuer: MinIO fetches them when it meets their id."""
        before = pathlib.Path(self.issuer["tokenFile"]).read_text()
        url, bundle = (self.issuer["env"].get(name) for name in ("IRSA_LOCAL_URL", "AWS_CA_BUNDLE"))
        context = ssl.create_default_context(cafile=bundle) if bundle else None
        for step in ("rotate-keys", "rotate-token"):
            same(step, 204, request(f"{url}/_irsa/{step}", "POST", context=context)[0])
        same("another token", True, pathlib.Path(self.issuer["tokenFile"]).read_text() != before)
        self.credentials()
        # The old key is still in the key set.
        old = self.folder / "old-token"
        old.write_text(before)
        succeed_json([self.irsa, "credential-process"], self.pod(old))

    def make_bucket(self):
        same("the bucket", 200, self.signed(self.keys(), "PUT", "shop")[0])

    def by_headers(self):
        env = self.keys()
        for wire, key in KEYS.items():
            body = key.encode() * 7
            same(f"PUT {wire}", 200, self.signed(env, "PUT", "shop/" + wire, body)[0])
            status, _, got = self.signed(env, "GET", "shop/" + wire)
            same(f"GET {wire}", (200, True), (status, got == body))
            status, headers, got = self.signed(env, "HEAD", "shop/" + wire)
            same(f"HEAD {wire}", (200, str(len(body)), b""), (status, headers["content-length"], got))
        _, _, page = self.signed(env, "GET", "shop?list-type=2")
        listed = re.findall("<Key>(.*?)</Key>", page.decode())
        expected = sorted(key.replace("&", "&amp;").replace("'", "&#39;") for key in KEYS.values())
        same("the list", expected, sorted(listed))

    def by_presigned_urls(self):
        env = self.keys()
        for wire, key in KEYS.items():
            body = key.encode() * 5
            same(f"PUT {wire}", 200, self.presigned(env, "PUT", "shop/" + wire, body)[0])
            status, _, got = self.presigned(env, "GET", "shop/" + wire)
            same(f"GET {wire}", (200, True), (status, got == body))
        wire = "shop/plain"
        same("HEAD", 200, self.presigned(env, "HEAD", wire)[0])
        same("with a header", 200, self.presigned(env, "PUT", wire, b"x", headers={"content-type": "text/x"})[0])
        url = succeed([self.irsa, "presign", "--service", "s3", self.url(wire)], env).strip()
        for what, expected, answer in [
            ("another method", b"SignatureDoesNotMatch", request(url, "PUT", None, b"x", self.minio.context)),
            ("another key", b"SignatureDoesNotMatch", request(url.replace("/plain?", "/plain2?"), context=self.minio.context)),
            ("longer", b"SignatureDoesNotMatch", request(url.replace("Expires=900", "Expires=901"), context=self.minio.context)),
            ("ended", b"Request has expired", self.presigned(env, "GET", wire, flags=["--date", at(-600), "--expires", "60"])),
            ("too early", b"not valid yet", self.presigned(env, "GET", wire, flags=["--date", at(1200)])),
        ]:
            same(what, (403, True), (answer[0], expected in answer[2]))

    def by_irsa(self):
        """irsa sends them itself."""
        env = self.keys()
        for name, body in BODIES.items():
            self.body_file.write_bytes(body)
            target = "shop/sent%20" + name.replace(" ", "%20")
            data = ["-H", "content-type: x/y", "--data-binary", f"@{self.body_file}"]
            succeed([self.irsa, *self.send(target, "-X", "PUT", *data)], env)
            status, out, err = raw([self.irsa, *self.send(target)], env)
            same(f"GET {name}: {err}", (0, True), (status, out == body))
        # As people type it, with letters that no URL has.
        succeed([self.irsa, *self.send("shop/größe", "-X", "PUT", "-d", "1")], env)
        same("typed", "1", succeed([self.irsa, *self.send("shop/gr%C3%B6%C3%9Fe")], env))
        status, _, err = run([self.irsa, *self.send("shop/none", "-X", "HEAD")], env)
        same("HEAD of nothing", (4, True), (status, "answered 404" in err and "request id" in err))

    def bodies(self):
        env = self.keys()
        for name, body in BODIES.items():
            target = "shop/body"
            same(f"PUT {name}", 200, self.signed(env, "PUT", target, body)[0])
            status, _, got = self.signed(env, "GET", target)
            same(f"GET {name}", (200, True), (status, got == body))
            unsigned = ["--unsigned-payload"]
            same(f"unsigned {name}", 200, self.signed(env, "PUT", target, body, flags=unsigned)[0])
            if len(body) > 2:
                part = self.signed(env, "GET", target, headers={"range": "bytes=1-2"})
                same("a range", (206, body[1:3]), (part[0], part[2]))
        lines = succeed([self.irsa, "sign", "--service", "s3", "-X", "PUT", "-d", "one", self.url("shop/body")], env)
        headers = dict(line.split(": ", 1) for line in lines.splitlines())
        headers["content-type"] = "application/x-www-form-urlencoded"
        answer = request(self.url("shop/body"), "PUT", headers, b"two", self.minio.context)
        same("another body than was signed", (400, True), (answer[0], b"XAmzContentSHA256Mismatch" in answer[2]))

    def queries_and_headers(self):
        env = self.keys()
        for key in ("a", "b", "c", "x%20y/1"):
            same("PUT", 200, self.signed(env, "PUT", "shop/q/" + key, b"1")[0])
        for query, found in [
            ("list-type=2&prefix=q/&delimiter=%2F", 3),
            ("prefix=q%2F&delimiter=/&list-type=2&encoding-type=url", 3),
            ("list-type=2&prefix=q%2Fx%20y%2F", 1),
            ("list-type=2&prefix=q%2Fx+y%2F", 1),
            ("max-keys=2&list-type=2&prefix=q%2f", 2),
            ("list-type=2&prefix=q/&start-after=q/b&fetch-owner=", 2),
            ("prefix=nothing&list-type=2", 0),
        ]:
            status, _, page = self.signed(env, "GET", "shop?" + query)
            same(query, (200, found), (status, page.count(b"<Contents>")))
        odd = {"x-amz-meta-Odd": "  two  spaces,  tab\tand more  ".strip(), "x-amz-meta-a": "1", "cache-control": "no-store"}
        same("headers", 200, self.signed(env, "PUT", "shop/meta", b"1", headers=odd)[0])
        got = self.signed(env, "HEAD", "shop/meta")[1]
        same("metadata", ("1", "no-store"), (got["x-amz-meta-a"], got["cache-control"]))
        copy = {"x-amz-copy-source": "/shop/q/x%20y/1"}
        same("a copy", 200, self.signed(env, "PUT", "shop/copy", headers=copy)[0])
        same("what was copied", b"1", self.signed(env, "GET", "shop/copy")[2])

    def parts(self):
        """A parameter without a value, and a body in two parts."""
        env, body = self.keys(), BODIES["8 MiB"]
        page = self.signed(env, "POST", "shop/whole?uploads")[2]
        upload = re.search(b"<UploadId>(.*?)</UploadId>", page)[1].decode()
        done = []
        for number, part in enumerate((body[: 5 << 20], body[5 << 20 :]), 1):
            target = f"shop/whole?partNumber={number}&uploadId={upload}"
            status, headers, _ = self.signed(env, "PUT", target, part)
            same(f"part {number}", 200, status)
            done.append(f"<Part><PartNumber>{number}</PartNumber><ETag>{headers['etag']}</ETag></Part>")
        whole = f"<CompleteMultipartUpload>{''.join(done)}</CompleteMultipartUpload>".encode()
        same("complete", 200, self.signed(env, "POST", f"shop/whole?uploadId={upload}", whole)[0])
        same("the whole", True, self.signed(env, "GET", "shop/whole")[2] == body)

    def deleted(self):
        env = self.keys()
        same("PUT", 200, self.signed(env, "PUT", "shop/gone%2Bsoon", b"1")[0])
        same("DELETE", 204, self.signed(env, "DELETE", "shop/gone+soon")[0])
        same("gone", 404, self.signed(env, "GET", "shop/gone%2Bsoon")[0])

    def escaped_slash(self):
        """S3 and MinIO read it as a slash, before they check the signature: irsa signs it as one."""
        env, wire = self.keys(), "shop/a%2Fb%2fc"
        status, _, err = run([self.irsa, *self.send(wire, "-X", "PUT", "-d", "1")], env)
        same("sent, with a note", (0, True), (status, "%2F in a path as /" in err))
        for target in (wire, "shop/a/b/c"):
            same("signed", (200, b"1"), self.signed(env, "GET", target)[::2])
            same("presigned", (200, b"1"), self.presigned(env, "GET", target)[::2])

    def assumed(self):
        """A signed call of STS: AssumeRole, with a user's own keys."""
        root, role = servers.ROOT, "role_arn = arn:aws:iam::111122223333:role/any"
        config = self.folder / "config"
        env = self.pod() | {"AWS_CONFIG_FILE": str(config)}
        for name in ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"):
            del env[name]
        argv = ["credential-process", "--profile", "role"]
        for key, secret, refusal in [
            (*root, None),
            (root[0], "x" * 40, ("sts-signature", "signature we calculated does not match", "secret access key")),
            ("Q" * 20, "x" * 40, ("sts-credentials", "does not exist", "access key")),
        ]:
            user = f"[profile user]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
            config.write_text(f"{user}[profile role]\n{role}\nsource_profile = user\n")
            if refusal:
                self.refused(argv, env, *refusal)
            else:
                had = succeed_json([self.irsa, *argv], env)
                same("other keys", True, had["AccessKeyId"] != key and len(had["SessionToken"]) > 100)
        web = f"[profile user]\n{role}\nweb_identity_token_file = {self.issuer['tokenFile']}\n"
        config.write_text(f"{web}[profile role]\n{role}\nsource_profile = user\n")
        self.refused(argv, env, "sts-access-denied", "Access Denied")

    # What is refused.

    def refused(self, argv, env, code, *words, exit_status=4, without=()):
        status, out, err = run([self.irsa, *argv], env, 60)
        same(f"exit status of {err!r}", exit_status, status)
        for word in (f"({code}", "irsa: fix: ", *words):
            if word not in err:
                raise AssertionError(f"{word!r} is not in {err!r}")
        for word in ("AWS health", "IAM OIDC", *without):
            if word in err:
                raise AssertionError(f"{word!r} misleads in {err!r}")
        return err

    def sts(self, options, code, *words, exit_status=4):
        """By STS, with the request's id, once, but where another try can help."""
        err = self.refused(
            ["credential-process"], self.pod(self.token(*options)), code, "STS answered", "request id 18", *words, exit_status=exit_status
        )
        if code not in ("sts-token-not-yet-valid", "sts-verification-key", "sts-expired-token", "sts-internal"):
            same("tried once", False, "attempts were made" in err)

    def garbage(self):
        """What is no token is never sent; what looks like one is MinIO's to refuse."""
        file = self.folder / "garbage"
        file.write_text("garbage")
        self.refused(["credential-process"], self.pod(file), "token-cut", str(file), exit_status=3)
        head, body, tail = pathlib.Path(self.issuer["tokenFile"]).read_text().split(".")
        file.write_text(".".join((head, body, tail[:-8] + "AAAAAAAA")))
        self.refused(["credential-process"], self.pod(file), "sts-invalid-token", STS_CODE, "crypto/rsa: verification error")

    def short(self):
        """irsa knows the limit, and asks nobody."""
        self.refused(["credential-process", "--duration", "100"], self.pod(), "request-limit", "900 to 43200", exit_status=2)

    def another_authority(self):
        env = self.pod() | {"AWS_CA_BUNDLE": str(servers.Authority(self.folder / "another").file)}
        self.refused(["credential-process"], env, "net-tls", "AWS_CA_BUNDLE", exit_status=5)


def raw(argv, env):
    """As `run`, with bytes on standard output."""
    done = subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    return done.returncode, done.stdout, done.stderr.decode()


def at(seconds):
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() + seconds))


def judge(check, judge):
    """Everything, by http."""
    check("credentials for a pod, from MinIO's STS", judge.credentials)
    check("a lifetime that was asked for", judge.duration)
    check("irsa doctor finds all well", judge.doctor)
    check("the issuer's keys are rotated", judge.rotation)
    check("a bucket is made", judge.make_bucket)
    check("objects by signed headers, under keys of every kind", judge.by_headers)
    check("objects by presigned URLs, and what those do not allow", judge.by_presigned_urls)
    check("objects by irsa sign --send", judge.by_irsa)
    check("bodies of every size, signed and unsigned, ranges", judge.bodies)
    check("queries, copies and metadata", judge.queries_and_headers)
    check("an upload in parts", judge.parts)
    check("an object is deleted", judge.deleted)
    check("an escaped slash", judge.escaped_slash)
    check("AssumeRole, signed for STS", judge.assumed)
    for name, *what in [
        ("expired", ["--expired"], "sts-expired-token", STS_CODE, "Token is expired", "still holds the same token"),
        ("another audience", ["--audience", "vault"], "sts-invalid-token", "azp", "audience that this STS"),
        ("a tampered signature", ["--tampered"], "sts-invalid-token", "verification error", "issued anew"),
        ("a foreign key", ["--foreign-key"], "sts-invalid-token", "verification error", "issued anew"),
        ("an unknown kid", ["--unknown-kid"], "sts-verification-key", "No public key found", "holds the token's kid"),
        ("issued in the future", ["--issued-in-future"], "sts-token-not-yet-valid", "used before issued", "set the clock"),
        ("no subject", ["--missing-claim", "sub"], "sts-missing-claim", "sub claim missing"),
        ("no audience", ["--missing-claim", "aud"], "sts-invalid-token", "`aud` must match", "audience that this STS"),
        (
            "a service account without a policy",
            ["--subject", "system:serviceaccount:shop:other"],
            "sts-access-denied",
            "`system:serviceaccount:shop:other`",
            "define a policy of the name",
        ),
    ]:
        check(f"STS refuses: {name}", lambda what=what: judge.sts(*what))
    check(
        "STS's own trouble: a token without an end",
        lambda: judge.sts(
            ["--missing-claim", "exp"], "sts-internal", "500 InternalError", "log of the STS at", "attempts", exit_status=5
        ),
    )
    check("garbage in place of a token", judge.garbage)
    check("a lifetime below the limit", judge.short)
    check(
        "a call that MinIO does not have",
        lambda: judge.refused(["whoami"], judge.pod(), "sts-no-action", STS_CODE, "do without"),
    )
    for name, changed, target, *words in [
        ("another secret access key", {"SecretAccessKey": "x" * 40}, "plain", "403 SignatureDoesNotMatch", "--explain"),
        ("another session token", {"SessionToken": "x" * 40}, "plain", "403 InvalidTokenId", "belong together"),
        ("no session token", {"SessionToken": None}, "plain", "403 InvalidTokenId", "belong together"),
        ("an unknown key", {"AccessKeyId": "Q" * 20}, "plain", "403 InvalidAccessKeyId", "belong together"),
        ("no such object", {}, "none", "404 NoSuchKey"),
    ]:
        refuse = lambda c=changed, t=target, w=words: judge.refused(judge.send("shop/" + t), judge.keys(**c), "send-refused", *w)
        check(f"S3 refuses: {name}", refuse)
    for name, target, flags, *words in [
        ("a bucket outside of the policy", "other/x", [], "403 AccessDenied", "allow this action"),
        ("a request of twenty minutes ago", "shop/plain", ["--date", at(-1200)], "403 RequestTimeTooSkewed", "--date"),
        ("a request of the future", "shop/plain", ["--date", at(1200)], "403 RequestTimeTooSkewed", "--date"),
        ("another Region", "shop/plain", ["--region", "us-east-1"], "400 AuthorizationHeaderMalformed", REGION, "--region"),
        ("another service", "shop/plain", ["--service", "sqs"], "400 AuthorizationParametersError", "--service"),
    ]:
        refuse = lambda t=target, f=flags, w=words: judge.refused(judge.send(t, *f), judge.keys(), "send-refused", *w)
        check(f"S3 refuses: {name}", refuse)


def judge_roles(check, judge):
    """A server that takes roles of its own form alone."""
    refuse = lambda: judge.refused(["credential-process"], judge.pod(), "sts-role-arn-invalid", "invalid ARN", "from a claim")
    check("STS refuses: a role of AWS's, where it has its own", refuse)


def judge_tls(check, judge):
    """The same way in, with TLS on both sides."""
    check("TLS: credentials for a pod", judge.credentials)
    check("TLS: the issuer's keys are rotated", judge.rotation)
    check("TLS: a bucket is made", judge.make_bucket)
    check("TLS: objects by irsa sign --send", judge.by_irsa)
    check("TLS: objects by presigned URLs", judge.by_presigned_urls)
    check("TLS: another authority", judge.another_authority)


def main(built):
    built = pathlib.Path(built).resolve()
    irsa, irsa_local = (str(built / name) for name in ("irsa", "irsa-local"))
    program = str(built.parent / "tools/bin/minio")
    for name in [name for name in os.environ if name.startswith(("AWS_", "MINIO_"))]:
        del os.environ[name]
    check = Checks()
    files = ["--service-account", str(DEMO / "service-account.yaml"), "--trust-policy", str(DEMO / "trust-policy.json")]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        with servers.irsa_local(irsa_local, folder, *files) as issuer:
            with servers.minio(program, folder / "plain", issuer["issuerUrl"]) as minio:
                minio.allow(irsa, SUBJECT, "shop")
                judge(check, Judge(irsa, irsa_local, folder, issuer, minio))
            with servers.minio(program, folder / "roles", issuer["issuerUrl"], role_policy="readwrite") as minio:
                judge_roles(check, Judge(irsa, irsa_local, folder, issuer, minio))
        with servers.irsa_local(irsa_local, folder, *files, "--tls", "--issuer-loopback") as issuer:
            trusted = [pathlib.Path(issuer["env"]["AWS_CA_BUNDLE"])]
            authority = servers.Authority(folder / "authority")
            with servers.minio(program, folder / "tls", issuer["issuerUrl"], authority, trusted) as minio:
                minio.allow(irsa, SUBJECT, "shop")
                judge_tls(check, Judge(irsa, irsa_local, folder, issuer, minio))
    check.close()


main(sys.argv[1])
