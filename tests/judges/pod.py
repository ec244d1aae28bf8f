"""A pod as irsa-local plays it, for the judges of other languages: servers, variables, tokens right and wrong, the log.

The refusals' texts are those that AWS was recorded to give; where the vectors are at hand, they are looked up there.
"""

import contextlib
import http.client
import json
import pathlib
import re
import subprocess
import urllib.parse

from checks import clean_env, same, succeed

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / "demo"
ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
ROLE = "arn:aws:iam::111122223333:role/checkout"
SESSION = "arn:aws:sts::111122223333:assumed-role/checkout/"
SECRET = "IRSACANARY-clients"
PARAMETER = "IRSACANARY-parameter"
# A role whose trust policy names the provider of another account.
ABROAD = "arn:aws:iam::111122223333:role/abroad"
# A role that trusts that role, in its account.
SECOND = "arn:aws:iam::111122223333:role/second"
# What makes web identity come first.
OWN = {"AWS_ROLE_ARN": None, "AWS_WEB_IDENTITY_TOKEN_FILE": None}

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


# What the demo's policy leaves out.
SERVICES = [
    {"Action": "ssm:*", "Resource": "arn:aws:ssm:eu-west-1:111122223333:parameter/shop/*"},
    {"Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], "Resource": "arn:aws:s3:::shop-data/own/*"},
    {"Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": "arn:aws:s3:::shop-data"},
    {"Action": "rds-db:connect", "Resource": "arn:aws:rds-db:eu-west-1:111122223333:dbuser:*/shop"},
]


def configuration(folder):
    """The demo's files, a role with a foreign provider, one to go on to, and what the services hold."""
    trust = (DEMO / "trust-policy.json").read_text()
    foreign = trust.replace("iam::111122223333:oidc-provider", "iam::444455556666:oidc-provider")
    (folder / "foreign.json").write_text(foreign)
    chained = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "sts:AssumeRole"}
    (folder / "second.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": chained}))
    (folder / "secret").write_text(SECRET)
    statements = [{"Effect": "Allow"} | statement for statement in SERVICES]
    (folder / "services.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    config = {
        "region": "eu-west-1",
        "roles": [
            {
                "service-account": str(DEMO / "service-account.yaml"),
                "trust-policy": str(DEMO / "trust-policy.json"),
                "policy": [str(DEMO / "permission-policy.json"), "services.json"],
            },
            {"role-arn": ABROAD, "trust-policy": "foreign.json"},
            {"role-arn": SECOND, "trust-policy": "second.json"},
        ],
        "providers": [
            {"arn": f"arn:aws:iam::{account}:oidc-provider/{ISSUER}"} for account in ("111122223333", "444455556666")
        ],
        "secrets": {"shop/db": {"file": "secret"}},
        "parameters": {
            "/shop/db/host": "db",
            "/shop/db/password": {"secure": PARAMETER},
            "/bank/key": "none of the shop's",
            **{f"/shop/many/{n:02}": str(n) for n in range(13)},
        },
        "buckets": ["shop-data"],
    }
    path = folder / "irsa-local.yaml"
    path.write_text(json.dumps(config))  # JSON is YAML too
    return str(path)


class Pod:
    """`irsa-local serve` in a folder, and what its pod sees."""

    def __init__(self, built, folder, *options):
        self.irsa, self.irsa_local = (str(pathlib.Path(built, name).resolve()) for name in ("irsa", "irsa-local"))
        self.folder = folder
        self.config = configuration(folder)
        self.log = folder / "access.log"
        command = [self.irsa_local, "serve", "--config", self.config, "--json", "--log", str(self.log), "--log-json"]
        self.server = subprocess.Popen(
            [*command, *options], env=clean_env(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        self.variables = json.loads(self.server.stdout.readline())["env"]

    def close(self):
        self.server.terminate()
        self.server.wait(10)

    def env(self, **more):
        """A pod's environment, and `more`; None takes a variable out."""
        env = clean_env(HOME=str(self.folder), **self.variables) | more
        return {name: value for name, value in env.items() if value is not None}

    @contextlib.contextmanager
    def serve(self, *options, **more):
        """`irsa serve` with the pod's identity: the variables of a program that goes by it."""
        errors = self.folder / "serve.log"
        with errors.open("w") as file:
            command = [self.irsa, "serve", "--format", "json", *options]
            served = subprocess.Popen(
                command, env=self.env(**more), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=file, text=True
            )
        try:
            text = served.stdout.read()  # it closes its output once it listens
            if not text:
                raise AssertionError(errors.read_text())
            yield OWN | json.loads(text)
        finally:
            served.terminate()
            served.wait(10)
            served.stdout.close()

    def token(self, *options, name="token"):
        """A file with a token made as the options say."""
        path = self.folder / name
        whole = path.with_suffix(".new")
        whole.write_text(succeed([self.irsa_local, "token", *options], self.env()))
        whole.replace(path)
        return str(path)

    def logged(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def fault(self, lines):
        same("the control path's status", 204, self._post("/_irsa/fault", lines, {})[0])

    def keys(self, **changed):
        """Static keys that were had before, in place of the pod's identity; `changed` spoils them."""
        token = pathlib.Path(self.variables["AWS_WEB_IDENTITY_TOKEN_FILE"]).read_text()
        asked = {"Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "RoleArn": ROLE}
        asked |= {"RoleSessionName": "judge", "WebIdentityToken": token}
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        status, answer = self._post("/", urllib.parse.urlencode(asked), headers)
        same("the exchange's status", 200, status)
        result = json.loads(answer)["AssumeRoleWithWebIdentityResponse"]["AssumeRoleWithWebIdentityResult"]
        keys = result["Credentials"]
        values = {"AWS_ACCESS_KEY_ID": keys["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"]}
        return OWN | values | {"AWS_SESSION_TOKEN": keys["SessionToken"]} | changed

    def _post(self, path, body, headers):
        place = urllib.parse.urlsplit(self.variables["IRSA_LOCAL_URL"]).netloc
        connection = http.client.HTTPConnection(place, timeout=10)
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def seconds(text):
    """With `#` for each number of seconds since the epoch."""
    return re.sub(r"\b\d{10}\b", "#", text)


def recorded(check):
    """Every text above is one that AWS was recorded to give; in these rows, others need not hold them all."""
    rows = ROOT / "../shared/vectors/sts-observed/cases.json"
    if not rows.is_file():
        return
    rows = json.loads(rows.read_text())["cases"]
    said = {(row["expect"].get("code"), re.sub(r"\{\{.*?\}\}", "#", row["expect"].get("message", ""))) for row in rows}
    for name, _, _, code, text in REFUSALS:
        if text in UNRECORDED:
            continue
        check(f"recorded: {name}", lambda what=(code, text): same("recorded", True, what in said))
