#!/usr/bin/env python3
"""fuzz_corpus.py VECTORS SEEDS OUT: makes OUT/<target>/ for each fuzz target, of the vectors and of our own seeds.

What each target reads is told in tests/fuzz/src. A vector set that is missing is named; CI has to have them all.
"""
import base64
import hashlib
import json
import os
import pathlib
import sys

vectors, seeds, out = (pathlib.Path(argument) for argument in sys.argv[1:4])
counts, missing = {}, []


def add(target, content):
    """Once per content, cut where libFuzzer cuts."""
    content = content.encode() if isinstance(content, str) else content
    folder = out / target
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha1(content).hexdigest()
    if len(content) <= 65536 and not path.exists():
        path.write_bytes(content)
        counts[target] = counts.get(target, 0) + 1


def files(name, pattern="*"):
    folder = vectors / name
    if not folder.is_dir():
        missing.append(name)
    return sorted(path for path in folder.rglob(pattern) if path.is_file())


def cases(name):
    path = vectors / name
    if not path.is_file():
        missing.append(name)
        return {}
    return json.loads(path.read_text())


def segment(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def texts(value):
    """Every text within a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


for folder in sorted(seeds.iterdir()) if seeds.is_dir() else []:
    for path in sorted(folder.iterdir()):
        add(folder.name, path.read_bytes())

for path in files("json-robust"):
    content = path.read_bytes()
    for target in ("sts_json", "jwks", "policy", "token"):
        add(target, content)
for path in files("xml-robust"):
    if path.name != "expected.json":
        add("sts_xml", path.read_bytes())
for path in files("response-parsing", "*.xml"):
    for status in b"\x00\x01":
        add("sts_xml", bytes([status]) + path.read_bytes())
for path in files("response-parsing", "*.json"):
    add("sts_json", b"\x01" + path.read_bytes())

for path in files("profile"):
    if path.suffix != ".json":
        add("ini", path.read_bytes())
for test in cases("profile/profile-parser-tests.json").get("tests", []):
    given = test["input"]
    add("ini", (given.get("configFile") or "") + "\0" + (given.get("credentialsFile") or ""))

for path in files("jws-wycheproof", "*.json"):
    for group in json.loads(path.read_text()).get("testGroups", []):
        for key in ("public", "publicKeyJwk", "private"):
            if isinstance(group.get(key), dict):
                keys = group[key] if "keys" in group[key] else {"keys": [group[key]]}
                add("jwks", json.dumps(keys))
        for test in group.get("tests", []):
            if isinstance(test.get("jws"), str):
                add("token", test["jws"])
for path in files("oidc-discovery") + files("jose-cookbook"):
    add("jwks", path.read_bytes())
for case in cases("rfc7515/cases.json").get("cases", []):
    add("token", case["jws"])
    add("jwks", json.dumps({"keys": [case["jwk"]]}))

observed = cases("sts-observed/cases.json").get("cases", [])
for case in observed + cases("setups/cases.json").get("cases", []):
    policy = case.get("trust_policy") or (case.get("role") or {}).get("trust_policy")
    if policy is not None:
        add("policy", json.dumps(policy))
    token = case.get("token") or case
    if isinstance(token.get("claims"), (dict, list)):
        add("token", json.dumps(token["claims"]))
        add("token", segment(token.get("header") or {}) + "." + segment(token["claims"]) + ".c2ln")
    for word in texts(case):
        if word.startswith(("arn:", "https://")) and len(word) < 256:
            add("text", word)
for path in files("timestamps", "*.json"):
    for word in texts(json.loads(path.read_text())):
        if len(word) < 64 and word[:1].isdigit():
            add("text", word)
for path in files("endpoints/tests", "*.json"):
    for case in json.loads(path.read_text()).get("testCases", []):
        for word in texts(case.get("params", {})):
            add("text", word)

for suite in ("sigv4-crt", "sigv4-legacy", "sigv4-extra"):
    for path in files(suite):
        if path.name.endswith(("signed-request.txt", ".sreq")):
            add("verify", path.read_bytes())
        if path.name == "request.txt" or path.suffix == ".req":
            content = path.read_bytes().replace(b"\r", b"")
            first, _, rest = content.partition(b"\n")
            method, _, target = first.partition(b" ")
            way, _, query = target.rpartition(b" ")[0].partition(b"?")
            for flags in b"\x00\x01\x02\x03\x04\x06":
                add("canonical", b"\n".join([bytes([flags]) + method, way, query, rest]))

for path in files("cred-chain"):
    if path.name == "http-traffic.json":
        bodies = [word for word in texts(json.loads(path.read_text())) if word[:1] in "<{"]
        tokens = [p.read_bytes() for p in path.parent.rglob("*") if p.is_file() and "token" in p.name]
        profile = [p.read_bytes() for p in path.parent.rglob("*") if p.is_file() and p.name == "config"]
        for token in tokens or [b"a.b.c"]:
            add("flow", b"\x00f" + token + b"\x00" + b"".join(b"2" + b.encode() + b"\x00" for b in bodies))
        for config in profile:
            add("flow", b"\x01f" + config + b"\x00-" + b"".join(b"2" + b.encode() + b"\x00" for b in bodies))

effects = pathlib.Path(__file__).parent.parent / "tests/vectors/effects"
for path in sorted(effects.rglob("*")):
    if path.suffix == ".bin":
        add("codec", path.read_bytes())
    elif path.suffix == ".json":
        for word in texts(json.loads(path.read_text())):
            if len(word) > 8 and len(word) % 2 == 0 and all(c in "0123456789abcdef" for c in word):
                add("codec", bytes.fromhex(word))

for name in sorted(set(missing)):
    print(f"fuzz: no vectors {name}", file=sys.stderr)
if missing and os.environ.get("CI") == "true":
    sys.exit("fuzz: under CI=true every vector set has to be there")
