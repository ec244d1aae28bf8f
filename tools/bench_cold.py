"""Cold start: from the start of a process to credentials by a pod's token, from irsa-local on loopback, plain and TLS.

Called by tools/bench.sh with the folder of built programs, by a Python that has boto3. Rounds are interleaved, so that a
busy machine is busy for everybody; medians count. Over TLS everyone reads the system's roots and the local CA from one
file, and verifies. CPU and peak RSS are the process's own; wall time contains the server's (a debug build's) answer.
"""

import argparse
import importlib.metadata
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

BOTO3 = "import boto3; print(boto3.Session().get_credentials().get_frozen_credentials().access_key)"
SYSTEM_ROOTS = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"]


class Local:
    """irsa-local while it is used; `env` is a pod's."""

    def __init__(self, program, tls):
        command = [program, "serve", "--config", "demo/irsa-local.yaml", "--log", os.devnull]
        command += ["--tls"] if tls else []
        env = {"PATH": os.environ["PATH"]}
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.env = dict(env)
        for line in self.process.stdout:
            if line.startswith("unset"):
                return
            name, value = re.fullmatch(r"export (\w+)='(.*)'\n", line).groups()
            self.env[name] = value
        raise SystemExit("irsa-local did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)


def once(launcher, command, env):
    """CPU ms, peak RSS in MiB, wall ms."""
    done = subprocess.run([launcher, *command], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command}: {done.stderr.strip()}")
    cpu, rss, wall = done.stdout.split()
    return float(cpu), int(rss) / 1024, float(wall)


def measure(programs, launcher, env, rounds):
    got = {name: [] for name in programs}
    for _ in range(rounds):
        for name, command in programs.items():
            got[name].append(once(launcher, command, env))
    return got


def table(title, got):
    print(f"\n{title}\n{'':24}{'CPU ms':>9}{'(least)':>9}{'RSS MiB':>9}{'wall ms':>9}{'CPU, times irsa':>17}")
    ours = statistics.median(run[0] for run in got["irsa"])
    for name, runs in got.items():
        cpu, rss, wall = (statistics.median(run[at] for run in runs) for at in range(3))
        least = min(run[0] for run in runs)
        print(f"{name:24}{cpu:9.2f}{least:9.2f}{rss:9.2f}{wall:9.2f}{cpu / ours:17.1f}")


def size(program):
    """In bytes, without symbols where strip is there."""
    with tempfile.NamedTemporaryFile() as copy:
        stripped = subprocess.run(["strip", "-o", copy.name, program], stderr=subprocess.DEVNULL).returncode == 0
        return os.path.getsize(copy.name if stripped else program)


def version(lock, package):
    found = re.search(rf'name = "{package}"\nversion = "(.*)"', pathlib.Path(lock).read_text())
    return found[1] if found else "?"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", type=pathlib.Path, help="where cargo has built: cli/irsa, debug/irsa-local, peers/")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--ours", action="store_true", help="leave the peers out")
    args = parser.parse_args()
    irsa, peers = args.target / "cli/irsa", args.target / "peers/release"
    programs = {"irsa": [irsa, "credential-process"], "libirsa.so": [args.target / "cold/libirsa"]}
    programs["/bin/true"] = ["/bin/true"]
    if not args.ours:
        programs["aws-config"] = [peers / "aws-config"]
        programs["boto3"] = [sys.executable, "-c", BOTO3]
    launcher, lock = peers / "once", "benches/peers/Cargo.lock"
    print(f"irsa {version('Cargo.lock', 'irsa')}, rustls {version('Cargo.lock', 'rustls')} with ring: {size(irsa):,} bytes")
    print(f"libirsa.so: {size(args.target / 'ffi/libirsa_ffi.so'):,} bytes")
    if not args.ours:
        tls = f"rustls {version(lock, 'rustls')}, aws-lc-sys {version(lock, 'aws-lc-sys')}"
        print(f"aws-config {version(lock, 'aws-config')}, {tls}: {size(peers / 'aws-config'):,} bytes")
        print(f"boto3 {importlib.metadata.version('boto3')}, Python {sys.version.split()[0]}")
    with Local(args.target / "debug/irsa-local", tls=False) as local:
        command = [args.target / "cold/libirsa", "cached", "1000000"]
        cached = subprocess.check_output(command, env=local.env, text=True).splitlines()[1]
        print("cached, by irsa_provider_get and irsa_credentials_free:", cached)
        table("cold start, plain HTTP", measure(programs, launcher, local.env, args.rounds))
    with Local(args.target / "debug/irsa-local", tls=True) as local, tempfile.NamedTemporaryFile("w") as bundle:
        system = next(filter(os.path.exists, SYSTEM_ROOTS), os.devnull)
        for roots in (system, local.env["AWS_CA_BUNDLE"]):
            bundle.write(pathlib.Path(roots).read_text())
        bundle.flush()
        count = pathlib.Path(bundle.name).read_text().count("BEGIN CERTIFICATE")
        # boto3 and irsa read the first, aws-config's rustls the second.
        env = local.env | {"AWS_CA_BUNDLE": bundle.name, "SSL_CERT_FILE": bundle.name}
        table(f"cold start, TLS 1.3, {count} roots", measure(programs, launcher, env, args.rounds))


main()
