"""jsonschema judges what irsa prints under --json: docs/schemas has a schema for each command, and each output fits its own.

    schemas.py BUILT
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

import jsonschema
from checks import Checks, clean_env, run, same, succeed

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "docs/schemas"
BUILT = pathlib.Path(sys.argv[1])
URL = "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity"

PROVIDER = "arn:aws:iam::111122223333:oidc-provider/oidc.example"
FAULTY = pathlib.Path(tempfile.mkstemp(suffix=".json")[1])
FAULTY.write_text((ROOT / "demo/trust-policy.json").read_text().replace("shop:checkout", "checkout:shop"))

# Schema, what is run as the pod, exit status.
OUTPUTS = [
    ("token", ["token", "--json"], 0),
    ("token", ["token", "--json", "--audience", "vault"], 0),
    ("explain", ["explain", "--json"], 0),
    ("explain", ["explain", "--json", "--token-file", "/none"], 3),
    ("env", ["env", "--json"], 0),
    ("env", ["env", "--format", "json"], 0),
    ("credential-process", ["credential-process"], 0),
    ("whoami", ["whoami", "--json"], 0),
    ("doctor", ["doctor", "--json"], 0),
    ("doctor", ["doctor", "--json", "--token-file", "/none"], 3),
    ("doctor", ["doctor", "--json", "--offline", "--trust-policy", ROOT / "demo/trust-policy.json"], 0),
    ("doctor", ["doctor", "--json", "--offline", "--trust-policy", FAULTY], 3),
    ("policy-check", ["policy", "check", "--json", ROOT / "demo/trust-policy.json"], 0),
    ("policy-check", ["policy", "check", "--json", FAULTY], 4),
    ("policy-lint", ["policy", "lint", "--json", ROOT / "demo/trust-policy.json"], 0),
    ("policy-lint", ["policy", "lint", "--json", ROOT / "demo/irsa-local.yaml"], 4),
    ("policy-generate", ["policy", "generate", "--json", "--provider", PROVIDER, "--subject", "me"], 0),
    ("sign", ["sign", "--json", URL], 0),
    ("sign", ["sign", "--json", "--explain", URL], 0),
    ("presign", ["presign", "--json", URL], 0),
    ("presign", ["presign", "--json", "--explain", URL], 0),
    ("secret", ["get", "secret", "shop/db", "--json"], 0),
    ("parameter", ["get", "parameter", "/shop/currency", "--json"], 0),
    ("rds-token", ["rds-token", "db.abc123.eu-west-1.rds.amazonaws.com:5432", "app", "--json"], 0),
    ("error", ["whoami", "--json", "--token-file", "/none"], 3),
    ("error", ["whoami", "--json", "--no-such-flag"], 2),
    ("error", ["get", "secret", "no/such", "--json"], 4),
]
# Commands with --json, and the schema of what they print.
SCHEMA_OF = {"get": "secret"}


def validator(name):
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema, format_checker=kind.FORMAT_CHECKER)


def as_pod(argv):
    """`irsa` with these words, as a pod of irsa-local."""
    local = [BUILT / "irsa-local", "run", "--quiet", "--config", ROOT / "demo/irsa-local.yaml", "--", BUILT / "irsa"]
    return [str(word) for word in [*local, *argv]]


def fits(name, argv, status):
    """One JSON document, on standard output or, for an error, on standard error, and it fits."""
    with tempfile.TemporaryDirectory() as home:
        code, out, err = run(as_pod(argv), clean_env(HOME=home))
    same("exit status", status, code)
    document_fits(name, json.loads(err if name == "error" else out))


def serve_fits():
    """The variables that it prints, and what it answers to a client that has them."""
    with tempfile.TemporaryDirectory() as home:
        server = subprocess.Popen(
            as_pod(["serve", "--json"]), env=clean_env(HOME=home), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        try:
            variables = json.loads(server.stdout.readline())
            document_fits("serve", variables)
            token = pathlib.Path(variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]).read_text()
            ask = urllib.request.Request(
                variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"], headers={"Authorization": token}
            )
            with urllib.request.urlopen(ask, timeout=10) as answer:
                document_fits("container-credentials", json.load(answer))
        finally:
            server.terminate()
            server.wait(10)


def document_fits(name, document):
    errors = [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(document)]
    same("what does not fit", [], errors)


def every_command_has_one():
    overview = succeed([BUILT / "irsa", "help"], clean_env())
    names = re.findall(r"^  ([a-z-]+)\b", overview, re.M)
    with_json = [name for name in names if "--json" in succeed([BUILT / "irsa", "help", name], clean_env())]
    assert len(with_json) > 5, with_json
    lack = [name for name in with_json if not list(SCHEMAS.glob(SCHEMA_OF.get(name, name) + "*.json"))]
    same("commands without a schema", [], lack)
    tried = {name for name, _, _ in OUTPUTS} | {"serve", "container-credentials"}
    same("schemas that nothing was held against", set(), {path.stem for path in SCHEMAS.glob("*.json")} - tried)


def a_wrong_document_is_refused():
    document = {"account": "1", "arn": "a", "user_id": "u", "more": 1}
    same("errors", 1, len(list(validator("whoami").iter_errors(document))))


check = Checks()
for name, argv, status in OUTPUTS:
    check(f"{name}: irsa {' '.join(map(str, argv))}", lambda name=name, argv=argv, status=status: fits(name, argv, status))
check("serve: irsa serve --json, and its answer", serve_fits)
check("every command with --json has a schema, and each schema an output", every_command_has_one)
check("a wrong document is refused", a_wrong_document_is_refused)
FAULTY.unlink()
check.close()
