"""Writes tests/vectors/effects: golden files of the effect table's encoding, version 1.

An encoder of its own, after docs/effects.md, so that it and the one in core judge each other. It notes every primitive
that a reader takes (field, offset, size), and from that foretells what a strict reader says of hostile bytes.

usage: python3 tests/vectors/effects.py     (then look at `git diff`; existing files may change with the version only)
"""

import json
import os
import struct

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "effects")
VERSION = 1


class Message:
    def __init__(self, kind, number, prefix):
        self.out, self.reads, self.counts, self.patches, self.prefix = b"", [], [], [], prefix
        self.tag("version", VERSION)
        self.tag("kind", kind)
        self.put("id", struct.pack("<I", number))

    def name(self, field):
        return field if field in ("version", "kind") else self.prefix + field

    def put(self, field, data):
        self.reads.append((self.name(field), len(self.out), len(data)))
        self.out += data

    def patch(self, at, put, field, offset, why):
        self.patches.append({"at": at, "put": put.hex(), "field": field, "offset": offset, "why": why})

    def tag(self, field, value, unknown=0xEE):
        at = len(self.out)
        self.put(field, bytes([value]))
        self.patch(at, bytes([unknown]), self.name(field), at, "unknown tag")

    def u16(self, field, value):
        self.put(field, struct.pack("<H", value))

    def u32(self, field, value):
        self.put(field, struct.pack("<I", value))

    def i32(self, field, value):
        self.put(field, struct.pack("<i", value))

    def u64(self, field, value):
        self.put(field, struct.pack("<Q", value))

    def content(self, field, value, text=False):
        data = bytes.fromhex(value["hex"]) if isinstance(value, dict) else value.encode()
        at = len(self.out)
        self.u32(field, len(data))
        self.patch(at, b"\xff\xff\xff\xff", self.name(field), at + 4, "huge length")
        if text and data:
            self.patch(at + 4, b"\xff", self.name(field), at + 4, "not UTF-8")
        if data:
            self.put(field, data)

    def text(self, field, value):
        self.content(field, value, text=True)

    def count(self, field, number, least):
        """`least` bytes are in the smallest item; a count that cannot be in what is left is refused at once."""
        at = len(self.out)
        self.u32(field, number)
        self.counts.append((self.name(field), at, number * least))
        self.patch(at, b"\xff\xff\xff\xff", self.name(field), at, "absurd count")

    def option(self, field, value):
        self.tag(field, 0 if value is None else 1, unknown=2)
        if value is not None:
            self.u32(field, value)

    def headers(self, field, pairs):
        self.count(field, len(pairs), 8)
        for name, value in pairs:
            self.text(field, name)
            self.text(field, value)

    def stumble(self, length):
        """Where a reader of the first `length` bytes gives up."""
        short = [(at, field) for field, at, size in self.reads if at + size > length]
        absurd = [(at, field) for field, at, needed in self.counts if at + 4 <= length < at + 4 + needed]
        at, field = min(short + absurd)
        return field, at

    def golden(self, what, words):
        cuts = []
        for length in range(len(self.out)):
            field, offset = self.stumble(length)
            if cuts and (cuts[-1]["field"], cuts[-1]["offset"]) == (field, offset):
                cuts[-1]["last"] = length
            else:
                cuts.append({"first": length, "last": length, "field": field, "offset": offset})
        self.patch(len(self.out), b"\x00", "end", len(self.out), "left over")
        return {"what": what, **words, "hex": self.out.hex(), "cuts": cuts, "patches": self.patches}


def effect(what, number, why, ask):
    m = Message(1, number, "effect.")
    ((name, it),) = ask.items()
    m.tag("ask", ["read-file", "write-file", "http", "run", "wait-until"].index(name) + 1)
    m.text("why", why)
    if name == "read-file":
        m.text("path", it["path"])
        m.u32("limit", it["limit"])
    elif name == "write-file":
        m.text("path", it["path"])
        m.content("bytes", it["bytes"])
    elif name == "http":
        m.u64("deadline", it["deadline"])
        m.text("method", it["method"])
        m.text("url", it["url"])
        m.headers("headers", it["headers"])
        m.content("body", it["body"])
        m.u32("response_limit", it["response_limit"])
        m.tag("direct", int(it["direct"]), unknown=2)
    elif name == "run":
        m.count("argv", len(it["argv"]), 4)
        for part in it["argv"]:
            m.text("argv", part)
        m.u64("deadline", it["deadline"])
        m.u32("output_limit", it["output_limit"])
    else:
        m.u64("time", it["time"])
    return m.golden(what, {"effect": {"id": number, "why": why, "ask": ask}})


FILE_FAULTS = ["missing", "denied", "directory", "too-large", "other"]
RUN_FAULTS = ["missing", "denied", "timeout", "too-large", "other"]
STEPS = ["invalid", "resolve", "connect", "proxy", "tls", "timeout", "closed", "too-large", "unknown", "proxy-refused"]


def answer(what, number, words):
    m = Message(2, number, "answer.")
    ((name, result),) = words.items()
    m.tag("kind", ["unsupported", "file", "written", "http", "ran", "woken"].index(name))
    # The answer's own kind is not the message's.
    m.reads[-1] = ("answer.kind", *m.reads[-1][1:])
    m.patches[-1]["field"] = "answer.kind"
    if name not in ("unsupported", "woken"):
        ((outcome, it),) = result.items()
        m.tag("failed", int(outcome == "fault"), unknown=2)
        if outcome == "fault":
            fault(m, name, it)
        elif name == "file":
            m.content("bytes", it["bytes"])
            m.option("owner", it["owner"])
            m.option("mode", it["mode"])
        elif name == "http":
            at = len(m.out)
            m.u16("status", it["status"])
            for status in (0, 99, 600, 65535):
                m.patch(at, struct.pack("<H", status), "answer.status", at, "no such status")
            m.headers("headers", it["headers"])
            m.content("body", it["body"])
        elif name == "ran":
            m.i32("status", it["status"])
            m.content("stdout", it["stdout"])
            m.content("stderr", it["stderr"])
    return m.golden(what, {"answer": {"id": number, "answer": words}})


def fault(m, name, it):
    if name == "http":
        m.tag("step", STEPS.index(it["step"]) + 1)
        m.text("detail", it["detail"])
        return
    ((kind, more),) = it.items()
    m.tag("fault", (RUN_FAULTS if name == "ran" else FILE_FAULTS).index(kind) + 1)
    if kind == "denied" and name != "ran":
        m.option("owner", more["owner"])
        m.option("mode", more["mode"])
    elif kind == "too-large" and name != "ran":
        m.u64("size", more["size"])
    elif kind == "other":
        m.text("detail", more["detail"])


BODY = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
EFFECTS = {
    "read-file": effect(
        "a token file", 1, "web identity token",
        {"read-file": {"path": "/var/run/secrets/eks.amazonaws.com/serviceaccount/token", "limit": 20001}}),
    "read-file-bounds": effect(
        "the largest numbers, an empty reason, a path beyond ASCII", 4294967295, "",
        {"read-file": {"path": "/tmp/Schlüssel", "limit": 4294967295}}),
    "write-file": effect(
        "a cache file; its content is no text", 2, "credential cache",
        {"write-file": {"path": "/tmp/cache", "bytes": {"hex": "00ff10"}}}),
    "write-file-empty": effect("nothing to write", 3, "cache", {"write-file": {"path": "c", "bytes": ""}}),
    "http": effect(
        "STS is called", 3, "assume role",
        {"http": {
            "deadline": 30000, "method": "POST", "url": "https://sts.eu-west-1.amazonaws.com/",
            "headers": [["content-type", "application/x-www-form-urlencoded"], ["accept", "text/xml"]],
            "body": BODY, "response_limit": 65536, "direct": False}}),
    "http-bare": effect(
        "no header, no body, no end of time, no proxy", 4, "instance metadata",
        {"http": {
            "deadline": 18446744073709551615, "method": "GET", "url": "http://169.254.169.254/", "headers": [],
            "body": "", "response_limit": 0, "direct": True}}),
    "run": effect(
        "a credential process", 5, "credential_process of profile dev",
        {"run": {"argv": ["/usr/bin/helper", "--profile", "", "dev"], "deadline": 61000, "output_limit": 65536}}),
    "run-nothing": effect("an empty command", 6, "p", {"run": {"argv": [], "deadline": 0, "output_limit": 0}}),
    "wait-until": effect("a pause before the next attempt", 7, "back-off", {"wait-until": {"time": 1234567}}),
}

ANSWERS = {
    "unsupported": answer("this host cannot", 9, {"unsupported": {}}),
    "file": answer("a token, its owner and mode", 1, {"file": {"ok": {"bytes": "a.b.c", "owner": 1000, "mode": 384}}}),
    "file-plain": answer(
        "content that is no text; nothing known of owner and mode", 1,
        {"file": {"ok": {"bytes": {"hex": "fffe00"}, "owner": None, "mode": None}}}),
    "file-empty": answer("an empty file", 4294967295, {"file": {"ok": {"bytes": "", "owner": 0, "mode": 0}}}),
    "written": answer("it is written", 2, {"written": {"ok": {}}}),
    "http": answer(
        "an answer of STS", 3,
        {"http": {"ok": {
            "status": 200, "headers": [["Content-Type", "text/xml"], ["Date", "Tue, 24 Nov 2026 10:00:00 GMT"]],
            "body": "<AssumeRoleWithWebIdentityResponse/>"}}}),
    "http-bare": answer("599 and nothing else", 3, {"http": {"ok": {"status": 599, "headers": [], "body": ""}}}),
    "ran": answer("a program that worked", 5, {"ran": {"ok": {"status": 0, "stdout": "{\"Version\":1}", "stderr": ""}}}),
    "ran-failed": answer(
        "a program that was ended by a signal on a system that says so by a negative number", 5,
        {"ran": {"ok": {"status": -9, "stdout": {"hex": "ff"}, "stderr": "killed"}}}),
    "woken": answer("the time has come", 7, {"woken": {}}),
}
FAULT_OF_A_FILE = {
    "missing": {},
    "denied": {"owner": 0, "mode": 256},
    "directory": {},
    "too-large": {"size": 1048576},
    "other": {"detail": "Input/output error"},
}
for fault_name, fields in FAULT_OF_A_FILE.items():
    for kind, number in (("file", 1), ("written", 2)):
        ANSWERS[f"{kind}-{fault_name}"] = answer(
            f"{kind}: {fault_name}", number, {kind: {"fault": {fault_name: fields}}})
ANSWERS["file-denied-plain"] = answer(
    "denied; nothing known of owner and mode", 1, {"file": {"fault": {"denied": {"owner": None, "mode": None}}}})
for step in STEPS:
    ANSWERS[f"http-{step}"] = answer(
        f"no answer: {step}", 3, {"http": {"fault": {"step": step, "detail": "sts.eu-west-1.amazonaws.com:443"}}})
for fault_name in RUN_FAULTS:
    fields = {"detail": "Exec format error"} if fault_name == "other" else {}
    ANSWERS[f"ran-{fault_name}"] = answer(f"not run: {fault_name}", 5, {"ran": {"fault": {fault_name: fields}}})


def dump(golden):
    """A member a line, and each item of a list on a line of its own, so that a change shows as one."""
    lines = []
    for key, value in golden.items():
        if isinstance(value, list):
            items = ",\n".join("    " + json.dumps(item, ensure_ascii=False) for item in value)
            lines.append(f"  {json.dumps(key)}: [\n{items}\n  ]")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


for folder, goldens in (("effects", EFFECTS), ("answers", ANSWERS)):
    os.makedirs(os.path.join(HERE, folder), exist_ok=True)
    for old in os.listdir(os.path.join(HERE, folder)):
        os.remove(os.path.join(HERE, folder, old))
    for name, golden in goldens.items():
        with open(os.path.join(HERE, folder, name + ".json"), "w", encoding="utf-8") as file:
            file.write(dump(golden))
print(f"{len(EFFECTS)} effects, {len(ANSWERS)} answers")
