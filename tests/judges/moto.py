"""moto judges irsa with its authorisation on: SigV4, session tokens and permission policies, enforced by somebody else.

moto verifies no token. After a number of calls that it lets pass (INITIAL_NO_AUTH_ACTION_COUNT) it recomputes the
signature of each one, as botocore makes it; `/moto-api/reset-auth` opens the gate again for the next exchanges, which are
not signed and which it cannot take otherwise. It knows no presigned URLs while authorisation is on, and takes a path as it
came, where S3 spells it anew: irsa has to spell what it sends as it signed it.
"""

import html
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import boto3
from checks import (
    KEYS,
    Checks,
    clean_env,
    free_port,
    request,
    run,
    same,
    succeed,
    succeed_json,
    unverified_token,
    wait_for_port,
)

REGION = "eu-west-1"
ISSUER = "https://oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3D4E5F60718293A4B5C6D7E8F90"
SUBJECT = "system:serviceaccount:shop:checkout"
ACCOUNT = "123456789012"
SECRET = "IRSACANARY-moto"
MANY = 1_000_000


def open_gate(endpoint, calls):
    """So many calls go unchecked from here on."""
    headers = {"content-type": "text/plain"}
    same("reset-auth", 200, request(endpoint + "/moto-api/reset-auth", "POST", headers, str(calls))[0])


def set_up(endpoint):
    """Two roles, one of which may do something, a secret and a bucket."""
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    iam, secrets, s3 = (boto3.client(name, REGION, endpoint_url=endpoint, **keys) for name in ("iam", "secretsmanager", "s3"))
    for name in ("app", "poor"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    allowed = ["secretsmanager:GetSecretValue", "sts:GetCallerIdentity", "s3:*"]
    statement = {"Effect": "Allow", "Action": allowed, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="app", PolicyName="app", PolicyDocument=document)
    secrets.create_secret(Name="shop/db", SecretString=SECRET)
    s3.create_bucket(Bucket="shop", CreateBucketConfiguration={"LocationConstraint": REGION})


def judge(check, irsa, endpoint, folder):
    token_file = folder / "token"
    token_file.write_text(unverified_token(ISSUER, SUBJECT, ["sts.amazonaws.com"]))

    def pod(role="app"):
        return clean_env(
            HOME=str(folder),
            AWS_REGION=REGION,
            AWS_ROLE_ARN=f"arn:aws:iam::{ACCOUNT}:role/{role}",
            AWS_WEB_IDENTITY_TOKEN_FILE=str(token_file),
            AWS_ENDPOINT_URL=endpoint,
        )

    def keys(role="app", **changed):
        """Credentials of an exchange that passed the gate, as variables; everything after it is verified."""
        open_gate(endpoint, 1)
        had = succeed_json([irsa, "credential-process"], pod(role))
        same("prefix", "ASIA", had["AccessKeyId"][:4])
        values = {name: had[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")} | changed
        return clean_env(
            HOME=str(folder),
            AWS_REGION=REGION,
            AWS_ENDPOINT_URL=endpoint,
            AWS_ACCESS_KEY_ID=values["AccessKeyId"],
            AWS_SECRET_ACCESS_KEY=values["SecretAccessKey"],
            AWS_SESSION_TOKEN=values["SessionToken"],
        )

    def refused(argv, env, *words, exit_status=4):
        status, _, err = run([irsa, *argv], env)
        same(f"exit status of {err!r}", exit_status, status)
        for word in ("irsa: fix: ", *words):
            if word not in err:
                raise AssertionError(f"{word!r} is not in {err!r}")
        if "request id" not in err and exit_status == 4:
            raise AssertionError(f"no request id in {err!r}")

    def whoami():
        got = succeed_json([irsa, "whoami", "--json"], keys())
        same("account", ACCOUNT, got["account"])
        same("role", f"arn:aws:sts::{ACCOUNT}:assumed-role/app", got["arn"].rpartition("/")[0])

    def secret():
        # Compared without being printed.
        if succeed([irsa, "get", "secret", "shop/db"], keys()).removesuffix("\n") != SECRET:
            raise AssertionError("another secret")

    def send(key, *flags):
        return ["sign", "--send", "--service", "s3", *flags, f"{endpoint}/shop/{key}"]

    def signed(env, method, target, body=b""):
        """The headers are irsa's, the request is Python's."""
        (folder / "body").write_bytes(body)
        url = f"{endpoint}/shop{target}"
        described = ["-X", method, "--data-binary", f"@{folder / 'body'}", "-H", "content-type: text/plain"]
        lines = succeed([irsa, "sign", "--service", "s3", *described, url], env).splitlines()
        headers = dict(line.split(": ", 1) for line in lines) | {"content-type": "text/plain"}
        return request(url, method, headers, body)

    def objects():
        env = keys()
        for key in ("plain", "a%20b", "a%2Bb%40c", "%C3%BC/%F0%9F%A6%80", "deep/er", "tilde~", "a%3Db%26c"):
            for body in (b"", bytes(range(256)) * 64):
                same(f"PUT {key}", 200, signed(env, "PUT", "/" + key, body)[0])
                status, headers, got = signed(env, "GET", "/" + key)
                same(f"GET {key}", (200, True), (status, got == body))
                status, headers, got = signed(env, "HEAD", "/" + key)
                same(f"HEAD {key}", (200, str(len(body)), b""), (status, headers["content-length"], got))
        listed = signed(env, "GET", "?list-type=2&prefix=a%20&delimiter=%2F")
        same("list", (200, True), (listed[0], b"<Key>a b</Key>" in listed[2]))
        same("DELETE", 204, signed(env, "DELETE", "/plain")[0])
        same("gone", 404, signed(env, "GET", "/plain")[0])

    def sent():
        """Under keys as people write them; what is listed are the keys that were meant."""
        env = keys()
        # moto takes what is called a form for one, even here.
        plain = ["-H", "content-type: text/plain"]
        for wire, key in KEYS.items():
            succeed([irsa, *send("sent/" + wire, "-X", "PUT", *plain, "-d", key)], env)
            same(wire, key, succeed([irsa, *send("sent/" + wire)], env))
        _, _, page = signed(env, "GET", "?list-type=2&prefix=sent%2F")
        listed = [html.unescape(key) for key in re.findall("<Key>sent/(.*?)</Key>", page.decode())]
        same("the list", sorted(KEYS.values()), sorted(listed))

    def page():
        """moto's own fault (a KeyError on an unsigned call) is told apart from an answer of STS."""
        open_gate(endpoint, 0)
        refused(["credential-process"], pod(), "answer-html", "500", "Internal Server Error", exit_status=5)

    wrong = {"SecretAccessKey": "x" * 40}
    check("a signed GetCallerIdentity is accepted", whoami)
    check("a signed GetSecretValue is accepted", secret)
    check("objects are put, read, listed and deleted, byte for byte", objects)
    check("objects by irsa sign --send, under keys of every kind", sent)
    check(
        "another secret access key: STS",
        lambda: refused(["whoami"], keys(**wrong), "sts-signature", "403 SignatureDoesNotMatch"),
    )
    check(
        "another secret access key: Secrets Manager",
        lambda: refused(["get", "secret", "shop/db"], keys(**wrong), "service-credentials", "SignatureDoesNotMatch"),
    )
    check(
        "another secret access key: S3",
        lambda: refused(send("x"), keys(**wrong), "send-refused", "403 SignatureDoesNotMatch"),
    )
    bad = {"SessionToken": "x" * 40}
    check("another session token: STS", lambda: refused(["whoami"], keys(**bad), "sts-credentials", "InvalidClientTokenId"))
    check(
        "another session token: S3",
        lambda: refused(send("x"), keys(**bad), "400 InvalidToken", "session token belong together"),
    )
    check(
        "a role that may not read the secret",
        lambda: refused(["get", "secret", "shop/db"], keys("poor"), "secret-denied", "secretsmanager:GetSecretValue"),
    )
    check("no such secret", lambda: refused(["get", "secret", "shop/none"], keys(), "secret-not-found"))
    check("no such object", lambda: refused(send("none"), keys(), "404 NoSuchKey"))
    check("a web page in place of an answer", page)


def main(built):
    irsa = str(pathlib.Path(built, "irsa"))
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    check = Checks()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        endpoint = f"http://127.0.0.1:{port}"
        env = clean_env(HOME=folder, INITIAL_NO_AUTH_ACTION_COUNT=str(MANY))
        with open(pathlib.Path(folder, "moto.log"), "wb") as log:
            command = [pathlib.Path(sys.executable).with_name("moto_server"), "-H", "127.0.0.1", "-p", str(port)]
            server = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder)
            try:
                wait_for_port(port, server)
                set_up(endpoint)
                judge(check, irsa, endpoint, pathlib.Path(folder))
            finally:
                server.terminate()
                server.wait(10)
    check.close()


main(sys.argv[1])
