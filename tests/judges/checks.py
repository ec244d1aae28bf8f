"""What the judges share: named checks, their closing line, a program to run, a port to use."""

import base64
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

# How a key of S3's is written in a path, and the key. Each signer has one spelling; a server has to take all of them.
KEYS = {
    "plain": "plain",
    "with%20space": "with space",
    "raw+plus": "raw+plus",
    "escaped%2Bplus": "escaped+plus",
    "raw@at": "raw@at",
    "escaped%40at": "escaped@at",
    "%C3%BC/%F0%9F%A6%80.txt": "ü/🦀.txt",
    "lower%c3%bc": "lowerü",
    "deep/er/est": "deep/er/est",
    "tilde~_-.": "tilde~_-.",
    "escaped%7Etilde": "escaped~tilde",
    "sub!$&'()*,;=:delims": "sub!$&'()*,;=:delims",
    "100%25": "100%",
    "100%2525": "100%25",
    "a%20%20b": "a  b",
    "brackets%5B%5D%7B%7D": "brackets[]{}",
}


class Checks:
    """Runs named checks, of several threads; `close` prints `N passed, N failed` and ends the program accordingly."""

    def __init__(self):
        self.passed = self.failed = 0
        self.lock = threading.Lock()

    def __call__(self, name, check):
        try:
            check()
        except Exception as e:  # a check that cannot be made has failed
            with self.lock:
                self.failed += 1
                print(f"FAILED {name}: {type(e).__name__}: {str(e)[:4000]}", flush=True)
        else:
            with self.lock:
                self.passed += 1
                print(f"ok {name}", flush=True)

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(0 if self.passed and not self.failed else 1)


def same(what, expected, got):
    if expected != got:
        raise AssertionError(f"{what}: expected {expected!r}, got {got!r}")


def clean_env(**more):
    """The environment without anything that steers AWS clients, TLS or proxies, and with `more`."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG") if name in os.environ}
    return {**kept, **more}


def run(argv, env, seconds=30):
    """Exit status, standard output and standard error."""
    done = subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
    return done.returncode, done.stdout, done.stderr


def succeed(argv, env, seconds=30):
    """Standard output of a program that has to succeed."""
    status, out, err = run(argv, env, seconds)
    if status:
        raise AssertionError(f"{argv[1:]} ended with {status}: {err.strip()}")
    return out


def succeed_json(argv, env):
    return json.loads(succeed(argv, env))


def has_ipv6():
    """Whether there is an IPv6 loopback."""
    try:
        with socket.socket(socket.AF_INET6) as listener:
            listener.bind(("::1", 0))
    except OSError:
        return False
    return True


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for_port(port, process, seconds=30):
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{process.args[0]} did not open port {port}") from None
            time.sleep(0.05)


def unverified_token(issuer, subject, audience):
    """A token as a pod has it, signed by nobody, for servers that do not look at the signature."""
    now = int(time.time())
    claims = {"iss": issuer, "sub": subject, "aud": audience, "iat": now, "nbf": now, "exp": now + 3600}
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256", "kid": "1"}, claims)] + [bytes(256)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def request(url, method="GET", headers=None, body=None, context=None):
    """Status, headers (names in lower case) and body of one request; the path goes out as it is written."""
    parts = urllib.parse.urlsplit(url)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    more = {"context": context} if parts.scheme == "https" else {}
    connection = make(parts.netloc, timeout=30, **more)
    try:
        target = url.partition(parts.netloc)[2] or "/"
        connection.request(method, target, body, headers or {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()
