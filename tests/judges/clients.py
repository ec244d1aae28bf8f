"""boto3 and the aws CLI judge irsa-local: to them it has to be STS and Secrets Manager, refusals included.

The refusals' texts are those that AWS was recorded to give; where the vectors are at hand, they are looked up there.
"""

import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse

import boto3
from botocore.exceptions import ClientError
from checks import Checks, clean_env, run, same, succeed, succeed_json

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / "demo"
ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
ROLE = "arn:aws:iam::111122223333:role/checkout"
SESSION = "arn:aws:sts::111122223333:assumed-role/checkout/"
SECRET = "IRSACANARY-clients"
# A role whose trust policy names the provider of another account.
ABROAD = "arn:aws:iam::111122223333:role/abroad"

NOT_AUTHORIZED = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
NOT_VALIDATED = (
    "The web identity token provided could not be validated. "
    "See the AssumeRoleWithWebIdentity documentation for requirements."
)
NO_KEY = (
    "Couldn't retrieve verification key from your identity provider,  "
    "please reference AssumeRoleWithWebIdentity documentation for requirements"
)
# Name, options of `irsa-local token`, role, code, text; `#` stands for seconds since the epoch.
REFUSALS = [
    ("another audience", ["--audience", "sts.amazonaws.com.cn"], ROLE, "InvalidIdentityToken", NOT_VALIDATED),
    (
        "expired",
        ["--expired"],
        ROLE,
        "ExpiredTokenException",
        "Token expired: current date/time # must be before the expiration date/time #",
    ),
    ("issued in the future", ["--issued-in-future"], ROLE, "InvalidIdentityToken", "Token issued in the future: #"),
    ("a tampered signature", ["--tampered"], ROLE, "InvalidIdentityToken", NOT_VALIDATED),
    ("a foreign key", ["--foreign-key"], ROLE, "InvalidIdentityToken", NOT_VALIDATED),
    ("an unknown kid", ["--unknown-kid"], ROLE, "InvalidIdentityToken", NO_KEY),
    ("another subject", ["--subject", "system:serviceaccount:shop:other"], ROLE, "AccessDenied", NOT_AUTHORIZED),
    ("another account's provider", [], ABROAD, "AccessDenied", NOT_AUTHORIZED),
    ("a malformed role ARN", [], "arn:aws:iam::::role/checkout", "ValidationError", "Request ARN is invalid"),
    ("a missing claim", ["--missing-claim", "iat"], ROLE, "InvalidIdentityToken", "Missing a required claim: iat"),
]
# Known from AWS's answers to users, in none of the rows that come with the project.
UNRECORDED = {"Request ARN is invalid", REFUSALS[1][-1]}


def configuration(folder):
    """The demo's files, a role with a foreign provider, and a secret."""
    trust = (DEMO / "trust-policy.json").read_text()
    foreign = trust.replace("iam::111122223333:oidc-provider", "iam::444455556666:oidc-provider")
    (folder / "foreign.json").write_text(foreign)
    (folder / "secret").write_text(SECRET)
    config = {
        "region": "eu-west-1",
        "roles": [
            {
                "service-account": str(DEMO / "service-account.yaml"),
                "trust-policy": str(DEMO / "trust-policy.json"),
                "policy": str(DEMO / "permission-policy.json"),
            },
            {"role-arn": ABROAD, "trust-policy": "foreign.json"},
        ],
        "providers": [
            {"arn": f"arn:aws:iam::{account}:oidc-provider/{ISSUER}"} for account in ("111122223333", "444455556666")
        ],
        "secrets": {"shop/db": {"file": "secret"}},
    }
    path = folder / "irsa-local.yaml"
    path.write_text(json.dumps(config))  # JSON is YAML too
    return str(path)


class Judge:
    def __init__(self, built, folder):
        self.irsa, self.irsa_local = (str(pathlib.Path(built, name).resolve()) for name in ("irsa", "irsa-local"))
        self.aws = str(pathlib.Path(sys.executable).with_name("aws"))
        self.folder = folder
        self.config = configuration(folder)
        self.log = folder / "access.log"
        command = [self.irsa_local, "serve", "--config", self.config, "--json", "--log", str(self.log), "--log-json"]
        self.server = subprocess.Popen(command, env=clean_env(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.pod = json.loads(self.server.stdout.readline())["env"]

    def env(self, **more):
        """A pod's environment, and `more`; None takes a variable out."""
        env = clean_env(HOME=str(self.folder), **self.pod) | more
        return {name: value for name, value in env.items() if value is not None}

    def client(self, service, **more):
        """A boto3 client that was made in a pod's environment."""
        os.environ.clear()
        os.environ.update(self.env(**more))
        return boto3.session.Session().client(service)

    def token(self, options):
        """A file with a token made as the options say."""
        path = self.folder / "token"
        path.write_text(succeed([self.irsa_local, "token", *options], self.env()))
        return str(path)

    def fault(self, lines):
        url = urllib.parse.urlsplit(self.pod["IRSA_LOCAL_URL"])
        connection = http.client.HTTPConnection(url.netloc, timeout=10)
        connection.request("POST", "/_irsa/fault", lines)
        same("the control path's status", 204, connection.getresponse().status)

    def logged(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    # What succeeds.

    def caller(self, arn):
        same("the caller", SESSION, arn.rpartition("/")[0] + "/")

    def boto3_caller(self):
        self.caller(self.client("sts").get_caller_identity()["Arn"])

    def boto3_secret(self):
        # Compared without being printed.
        if self.client("secretsmanager").get_secret_value(SecretId="shop/db")["SecretString"] != SECRET:
            raise AssertionError("another secret")

    def boto3_denied(self):
        error = refused(lambda: self.client("secretsmanager").get_secret_value(SecretId="payroll"))
        same("the code", "AccessDeniedException", error["Code"])
        text = r"User: \S+ is not authorized to perform: secretsmanager:GetSecretValue on resource: payroll because no identity-based policy allows the secretsmanager:GetSecretValue action"
        if not re.fullmatch(text, error["Message"]):
            raise AssertionError(error["Message"])
        why = self.logged()[-1]["why"][0]
        if "statement 0 (ReadTheShopsSecrets): Resource" not in why:
            raise AssertionError(why)

    def cli_caller(self):
        self.caller(succeed_json([self.aws, "sts", "get-caller-identity"], self.env())["Arn"])

    def cli_secret(self, *command):
        argv = [*command, self.aws, "secretsmanager", "get-secret-value", "--secret-id", "shop/db"]
        env = clean_env(HOME=str(self.folder)) if command else self.env()
        if succeed_json(argv, env)["SecretString"] != SECRET:
            raise AssertionError("another secret")

    def in_run(self, *options):
        self.cli_secret(self.irsa_local, "run", "--config", self.config, "--quiet", *options, "--")

    def credential_process(self):
        """The SDK's own variables are unset: web identity would win."""
        words = [f"{name}={self.pod[name]}" for name in ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")]
        words = ["env", "-u", "AWS_CONFIG_FILE", *words, self.irsa, "credential-process"]
        (self.folder / "config").write_text(f"[default]\ncredential_process = {' '.join(words)}\n")
        own = {"AWS_ROLE_ARN": None, "AWS_WEB_IDENTITY_TOKEN_FILE": None, "AWS_CONFIG_FILE": str(self.folder / "config")}
        self.caller(self.client("sts", **own).get_caller_identity()["Arn"])
        exchange = [line for line in self.logged() if line["operation"] == "AssumeRoleWithWebIdentity"][-1]
        same("the user agent's name", "irsa", exchange["userAgent"].partition("/")[0])
        self.caller(succeed_json([self.aws, "sts", "get-caller-identity"], self.env(**own))["Arn"])

    def refresh(self):
        """boto3 exchanges again for each call where credentials are about to end."""
        self.fault("lifetime 15s")
        client, before = self.client("sts"), len(self.logged())
        for _ in range(2):
            client.get_caller_identity()
        self.fault("lifetime off")
        same("operations", ["AssumeRoleWithWebIdentity", "GetCallerIdentity"] * 2, [l["operation"] for l in self.logged()[before:]])

    def retries(self):
        """boto3 takes these for what they are at AWS: worth another try."""
        for line in ("throttle 1", "down 1ms"):
            self.fault(line)
            self.boto3_caller()

    # What is refused.

    def boto3_refused(self, token, role, code, text):
        client = self.client("sts", AWS_WEB_IDENTITY_TOKEN_FILE=token, AWS_ROLE_ARN=role)
        error = refused(client.get_caller_identity, "AssumeRoleWithWebIdentity")
        same("the code", code, error["Code"])
        same("the text", text, seconds(error["Message"]))

    def cli_refused(self, token, role, code, text):
        env = self.env(AWS_WEB_IDENTITY_TOKEN_FILE=token, AWS_ROLE_ARN=role)
        status, out, err = run([self.aws, "sts", "get-caller-identity"], env)
        same("failed", True, status != 0 and out == "")
        whole = f"An error occurred ({code}) when calling the AssumeRoleWithWebIdentity operation: {text}"
        # The CLI puts its own name before it.
        same("the text", whole, seconds(err.strip()).removeprefix("aws: [ERROR]: "))

    def refuses(self, options, role, code, text):
        token = self.token(options)
        self.boto3_refused(token, role, code, text)
        self.cli_refused(token, role, code, text)
        for line in self.logged()[-2:]:
            same("what the log says", (code, True), (line["outcome"], bool(line["why"])))

    def keys(self, **changed):
        """Static keys that were had before, in place of the pod's identity; `changed` spoils them."""
        os.environ.clear()
        os.environ.update(self.env())
        keys = boto3.session.Session().get_credentials().get_frozen_credentials()
        values = {"AWS_ACCESS_KEY_ID": keys.access_key, "AWS_SECRET_ACCESS_KEY": keys.secret_key, "AWS_SESSION_TOKEN": keys.token}
        return {"AWS_ROLE_ARN": None, "AWS_WEB_IDENTITY_TOKEN_FILE": None} | values | changed

    def spoilt(self, code, text, **changed):
        error = refused(lambda: self.client("sts", **self.keys(**changed)).get_caller_identity())
        same("the code", code, error["Code"])
        if not error["Message"].startswith(text):
            raise AssertionError(error["Message"].partition("\n")[0])
        return error["Message"]

    def spoilt_secret_key(self):
        message = self.spoilt(
            "SignatureDoesNotMatch", "The request signature we calculated does not match", AWS_SECRET_ACCESS_KEY="x" * 40
        )
        for part in ("The Canonical String for this request should have been", "The String-to-Sign should have been"):
            if part not in message:
                raise AssertionError(message)

    def ended(self):
        keys = self.keys()
        self.fault("clock +2h")
        try:
            # boto3 learns of the clock from the answer and signs again, with the server's time: only the end is left.
            error = refused(lambda: self.client("sts", **keys).get_caller_identity())
        finally:
            self.fault("clock 0s")
        same("the code", "ExpiredToken", error["Code"])
        same("the text", "The security token included in the request is expired", error["Message"])


def refused(call, operation=None):
    try:
        call()
    except ClientError as e:
        if operation:
            same("the operation", operation, e.operation_name)
        return e.response["Error"]
    raise AssertionError("it was not refused")


def seconds(text):
    """With `#` for each number of seconds since the epoch."""
    return re.sub(r"\b\d{10}\b", "#", text)


def recorded(check):
    """Every text above is one that AWS was recorded to give."""
    vectors = pathlib.Path(os.environ.get("IRSA_VECTORS") or ROOT / "../shared/vectors")
    if not vectors.is_dir():
        return
    rows = json.loads((vectors / "sts-observed/cases.json").read_text())["cases"]
    said = {(row["expect"].get("code"), re.sub(r"\{\{.*?\}\}", "#", row["expect"].get("message", ""))) for row in rows}
    for name, _, _, code, text in REFUSALS:
        if text in UNRECORDED:
            continue
        check(f"recorded: {name}", lambda what=(code, text): same("recorded", True, what in said))


def main(built):
    check = Checks()
    recorded(check)
    with tempfile.TemporaryDirectory() as folder:
        judge = Judge(built, pathlib.Path(folder))
        try:
            check("boto3 gets credentials by itself", judge.boto3_caller)
            check("boto3 reads the secret", judge.boto3_secret)
            check("boto3 is refused another secret, and the log says why", judge.boto3_denied)
            check("the aws CLI gets credentials by itself", judge.cli_caller)
            check("the aws CLI reads the secret", judge.cli_secret)
            check("the aws CLI under irsa-local run", judge.in_run)
            check("the aws CLI under irsa-local run --tls", lambda: judge.in_run("--tls"))
            check("the aws CLI under irsa-local run --issuer-loopback", lambda: judge.in_run("--issuer-loopback"))
            check("through irsa credential-process", judge.credential_process)
            check("boto3 exchanges again before the end", judge.refresh)
            check("boto3 tries again", judge.retries)
            for name, *what in REFUSALS:
                check(f"refused: {name}", lambda what=what: judge.refuses(*what))
            check("refused: another secret access key", judge.spoilt_secret_key)
            invalid = ("InvalidClientTokenId", "The security token included in the request is invalid")
            check("refused: another session token", lambda: judge.spoilt(*invalid, AWS_SESSION_TOKEN="x" * 400))
            check("refused: no session token", lambda: judge.spoilt(*invalid, AWS_SESSION_TOKEN=None))
            check("refused: an unknown key", lambda: judge.spoilt(*invalid, AWS_ACCESS_KEY_ID="ASIAQQQQQQQQQQQQQQQQ"))
            check("refused: credentials that have ended", judge.ended)
        finally:
            judge.server.terminate()
            judge.server.wait(10)
    check.close()


main(sys.argv[1])
