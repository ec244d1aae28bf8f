"""ministack judges irsa: trust policy, SigV4, session tokens and permission policies, all enforced by somebody else.

It does not verify the token's own signature, so a token is made here, signed by nobody. AUTH=true switches the rest on.
"""

import http.client
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

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
ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3D4E5F60718293A4B5C6D7E8F90"
ACCOUNT = "000000000000"
SUBJECT = "system:serviceaccount:shop:checkout"
SECRET = "IRSACANARY-ministack"


def token(subject=SUBJECT, audience="sts.amazonaws.com"):
    return unverified_token("https://" + ISSUER, subject, audience)


def set_up(endpoint):
    """A provider, two roles and a secret, as a cluster's owner makes them."""
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    iam, secrets = (boto3.client(name, REGION, endpoint_url=endpoint, **keys) for name in ("iam", "secretsmanager"))
    iam.create_open_id_connect_provider(Url="https://" + ISSUER, ClientIDList=["sts.amazonaws.com"])
    conditions = {
        "exact": {"StringEquals": {ISSUER + ":sub": SUBJECT, ISSUER + ":aud": "sts.amazonaws.com"}},
        "pattern": {"StringLike": {ISSUER + ":sub": "system:serviceaccount:shop:*"}},
    }
    for name, condition in conditions.items():
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": condition,
        }
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(statement))
    reads = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    iam.put_role_policy(RoleName="exact", PolicyName="reads", PolicyDocument=policy(reads))
    more = {"Effect": "Allow", "Action": ["s3:*", "sts:AssumeRole"], "Resource": "*"}
    iam.put_role_policy(RoleName="exact", PolicyName="more", PolicyDocument=policy(more))
    for name, caller in (("next", "exact"), ("closed", "somebody")):
        principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/{caller}"}
        statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(statement))
    secrets.create_secret(Name="shop/db", SecretString=SECRET)


def policy(statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Tampering(http.server.BaseHTTPRequestHandler):
    """Passes a request on with one digit of its signature changed; unsigned ones pass as they are."""

    upstream = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = dict(self.headers)
        for name, value in headers.items():
            if name.lower() == "authorization":
                headers[name] = value[:-1] + ("0" if value[-1] != "0" else "1")
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=10)
        connection.request("POST", self.path, body, headers)
        answer = connection.getresponse()
        payload = answer.read()
        self.send_response(answer.status)
        self.send_header("content-type", answer.headers["content-type"])
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_):
        pass


def judge(check, irsa, port, folder):
    endpoint = f"http://127.0.0.1:{port}"
    Tampering.upstream = port
    token_file = folder / "token"

    def pod(role="exact", of=None, **more):
        token_file.write_text(of or token())
        return clean_env(
            HOME=str(folder),
            AWS_REGION=REGION,
            AWS_ROLE_ARN=f"arn:aws:iam::{ACCOUNT}:role/{role}",
            AWS_WEB_IDENTITY_TOKEN_FILE=str(token_file),
            AWS_ENDPOINT_URL_STS=endpoint,
            AWS_ENDPOINT_URL_SECRETS_MANAGER=endpoint,
            **more,
        )

    def keys(**changed):
        """Credentials that were had before, as variables; `changed` spoils them."""
        had = succeed_json([irsa, "credential-process"], pod())
        values = {name: had[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")} | changed
        return clean_env(
            HOME=str(folder),
            AWS_REGION=REGION,
            AWS_ENDPOINT_URL=endpoint,
            AWS_ACCESS_KEY_ID=values["AccessKeyId"],
            AWS_SECRET_ACCESS_KEY=values["SecretAccessKey"],
            AWS_SESSION_TOKEN=values["SessionToken"],
        )

    def refused(argv, env, code, *words):
        status, out, err = run([irsa, *argv], env)
        same("exit status", 4, status)
        same("standard output", "", out)
        for word in (code, "irsa: fix: ", *words):
            if word not in err:
                raise AssertionError(f"{word!r} is not in {err!r}")

    def credentials():
        had = succeed_json([irsa, "credential-process"], pod())
        same("version", 1, had["Version"])
        same("prefix", "ASIA", had["AccessKeyId"][:4])

    def whoami(role):
        got = succeed_json([irsa, "whoami", "--json"], pod(role))
        same("account", ACCOUNT, got["account"])
        same("role", f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/", got["arn"].rpartition("/")[0] + "/")

    def secret():
        # Compared without being printed.
        if succeed([irsa, "get", "secret", "shop/db"], pod()).removesuffix("\n") != SECRET:
            raise AssertionError("another secret")

    def through_the_tampering_proxy():
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tampering)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        proxied = f"http://127.0.0.1:{server.server_address[1]}"
        env = pod()
        refused(["whoami"], env | {"AWS_ENDPOINT_URL_STS": proxied}, "sts-signature", "SignatureDoesNotMatch")
        env = pod() | {"AWS_ENDPOINT_URL_SECRETS_MANAGER": proxied}
        refused(["get", "secret", "shop/db"], env, "service-credentials", "InvalidSignatureException")
        server.shutdown()

    def chained(profile):
        """A role assumed with a web identity's credentials, as a profile says it."""
        token_file.write_text(token())
        config = folder / "config"
        role = f"role_arn = arn:aws:iam::{ACCOUNT}:role/"
        lines = [f"[profile base]\n{role}exact\nweb_identity_token_file = {token_file}"]
        lines += [f"[profile {name}]\n{role}{name}\nsource_profile = base" for name in ("next", "closed")]
        config.write_text("\n".join(lines))
        return ["whoami", "--profile", profile], clean_env(
            HOME=str(folder), AWS_REGION=REGION, AWS_ENDPOINT_URL=endpoint, AWS_CONFIG_FILE=str(config)
        )

    def chain():
        argv, env = chained("next")
        same("role", "next", succeed_json([irsa, *argv, "--json"], env)["arn"].split("/")[1])

    def objects():
        env = pod()
        send = [irsa, "sign", "--send", "--service", "s3"]
        where = f"<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
        succeed([*send, "-X", "PUT", "-d", where, endpoint + "/shop"], env)
        for wire, key in KEYS.items():
            url = f"{endpoint}/shop/{wire}"
            succeed([*send, "-X", "PUT", "-d", key, url], env)
            same(wire, key, succeed([*send, url], env))
            presigned = succeed([irsa, "presign", "--service", "s3", url], env).strip()
            status, _, body = request(presigned)
            same(f"presigned {wire}", (200, key.encode()), (status, body))

    def presigned():
        """A URL is good for one method and one key, and for nobody who changes it."""
        env = pod()
        url = succeed([irsa, "presign", "--service", "s3", endpoint + "/shop/plain"], env).strip()
        other = url[:-1] + ("0" if url[-1] != "0" else "1")
        caller = "/?Action=GetCallerIdentity&Version=2011-06-15"
        same("as it is", 200, request(url)[0])
        same("another signature", 403, request(other)[0])
        same("another key", 403, request(url.replace("/plain?", "/with%20space?"))[0])
        same("another method", 403, request(url, "PUT", None, b"x")[0])
        url = succeed([irsa, "presign", "--service", "sts", endpoint + caller], env).strip()
        status, _, body = request(url)
        same("whoever has the URL is the role", (200, True), (status, b"assumed-role/exact/" in body))
        same("another action", 403, request(url.replace("GetCallerIdentity", "GetSessionToken"))[0])

    check("credentials for a pod", credentials)
    check("a signed GetCallerIdentity is accepted", lambda: whoami("exact"))
    check("a trust policy with a pattern lets it in", lambda: whoami("pattern"))
    check("a signed GetSecretValue is accepted", secret)
    check("objects by irsa sign --send and presigned URLs, under keys of every kind", objects)
    check("what presigned URLs do not allow", presigned)
    check("a role is assumed with the credentials of another", chain)
    check("a role that trusts another caller", lambda: refused(*chained("closed"), "sts-access-denied", "sts:AssumeRole"))
    check(
        "credentials from variables are used as they are",
        lambda: same("account", ACCOUNT, succeed_json([irsa, "whoami", "--json"], keys())["account"]),
    )
    check(
        "another service account is refused by the trust policy",
        lambda: refused(
            ["whoami"],
            pod(of=token("system:serviceaccount:shop:other")),
            "sts-access-denied",
            "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        ),
    )
    check(
        "another audience is refused by the trust policy",
        lambda: refused(["whoami"], pod(of=token(audience="vault")), "sts-access-denied"),
    )
    check("a role that is not there", lambda: refused(["whoami"], pod("none"), "sts-access-denied"))
    check("one digit of a signature changed on the way", through_the_tampering_proxy)
    check("another secret access key", lambda: refused(["whoami"], keys(SecretAccessKey="x" * 40), "sts-signature"))
    check("another session token", lambda: refused(["whoami"], keys(SessionToken="x" * 40), "sts-credentials"))
    check(
        "a role that may not read the secret",
        lambda: refused(["get", "secret", "shop/db"], pod("pattern"), "secret-denied", "secretsmanager:GetSecretValue"),
    )
    check("no such secret", lambda: refused(["get", "secret", "shop/none"], pod(), "secret-not-found"))


def main(built):
    irsa = str(pathlib.Path(built, "irsa"))
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    check = Checks()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        env = clean_env(HOME=folder, BIND_HOST="127.0.0.1", GATEWAY_PORT=str(port), AUTH="true")
        with open(pathlib.Path(folder, "ministack.log"), "wb") as log:
            command = [pathlib.Path(sys.executable).with_name("ministack")]
            server = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder)
            try:
                wait_for_port(port, server)
                set_up(f"http://127.0.0.1:{port}")
                judge(check, irsa, port, pathlib.Path(folder))
            finally:
                server.terminate()
                server.wait(10)
    check.close()


main(sys.argv[1])
