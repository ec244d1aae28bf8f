"""The examples of libirsa in C are run: against irsa-local, a PostgreSQL whose PAM asks it, and valgrind's count of mallocs.

Called by tools/examples_c.sh with the folder of the commands, the folder of the built examples, and the names of those
that could be built, `valgrind` among them where it is there.
"""

import concurrent.futures
import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

from checks import Checks, free_port, request, run, same, succeed, wait_for_port
from pod import Pod

HOST = "db.demo.eu-west-1.rds.amazonaws.com"
USER = "shop"
PAM = pathlib.Path("/etc/pam.d/irsa-c-examples")
WORKERS = 4


class Examples:
    def __init__(self, pod, built):
        self.pod, self.built = pod, built
        self.url = pod.variables["IRSA_LOCAL_URL"]

    def program(self, name):
        return str(self.built / name)

    def exchanges(self):
        return sum(entry["operation"] == "AssumeRoleWithWebIdentity" for entry in self.pod.logged())

    def fails(self, words, *texts, **changed):
        status, out, err = run([self.program(words[0]), *words[1:]], self.pod.env(**changed))
        same(f"{words[0]}'s end", 1, status)
        for text in texts:
            same(f"{text!r} in {err!r}", True, text in err)
        return out

    # filter

    def filter(self):
        before = self.exchanges()
        same("its output", "1000 requests, 200\n", succeed([self.program("filter"), "1000"], self.pod.env()))
        same("exchanges", 1, self.exchanges() - before)
        out = self.fails(["filter", "9"], "token", AWS_WEB_IDENTITY_TOKEN_FILE=str(self.pod.folder / "none"))
        same("closed", "1 requests, 503\n", out)

    def no_malloc(self):
        def heap(count):
            command = ["valgrind", "--error-exitcode=9", self.program("filter"), str(count)]
            status, _, err = run(command, self.pod.env(), 300)
            same("its end", (0, True), (status, "ERROR SUMMARY: 0 errors" in err))
            return int(re.search(r"total heap usage: ([\d,]+) allocs", err)[1].replace(",", ""))

        # What an exchange allocates depends on how its answer comes in pieces; a malloc a request would be a thousand.
        one, many = heap(1), heap(1001)
        same(f"within 100 of each other: {one}, {many}", True, abs(many - one) < 100)

    # prefork

    def prefork(self):
        upload = self.presigned("PUT", "own/prefork")
        same("the object's upload", 200, request(upload, "PUT", None, b"one for all")[0])
        before = self.exchanges()
        command = [self.program("prefork"), self.url + "/shop-data", str(WORKERS)]
        server = subprocess.Popen(command, env=self.pod.env(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        try:
            url = server.stdout.readline().strip()
            old = self.redirected(url)
            same("exchanges of all workers", 1, self.exchanges() - before)
            same("one identity", 1, len(set(old.values())))
            server.send_signal(signal.SIGHUP)
            end = time.monotonic() + 20
            new = {}
            while time.monotonic() < end and (set(new) != set(old) or set(new.values()) & set(old.values())):
                time.sleep(0.2)
                new = self.redirected(url)
            same("the workers go on", set(old), set(new))
            same("with one new identity", (1, False), (len(set(new.values())), set(new.values()) <= set(old.values())))
            same("exchanges in all", 2, self.exchanges() - before)
            server.terminate()
            same("its end", 0, server.wait(10))
            gone = [worker for worker in old if not pathlib.Path(f"/proc/{worker}").exists()]
            same("workers that have ended", WORKERS, len(gone))
        finally:
            server.kill()
            server.wait(10)
            server.stdout.close()

    def redirected(self, url):
        """Asks until every worker has answered; gives which key each of them signs with."""
        keys = {}
        pool = concurrent.futures.ThreadPoolExecutor(16)
        for _ in range(20):
            for status, headers, _ in pool.map(request, [url + "/own/prefork"] * 32):
                same("redirected", 302, status)
                place = headers["location"]
                query = urllib.parse.parse_qs(urllib.parse.urlsplit(place).query)
                keys[headers["x-worker"]] = query["X-Amz-Credential"][0].split("/")[0]
            same("what S3 says", (200, b"one for all"), request(place)[::2])
            if len(keys) == WORKERS:
                break
        same("workers", WORKERS, len(keys))
        return keys

    def presigned(self, method, key):
        command = [self.pod.irsa, "presign", "--service", "s3", "-X", method, f"{self.url}/shop-data/{key}"]
        return succeed(command, self.pod.env()).strip()

    # s3_curl

    def s3_curl(self):
        large, back = self.pod.folder / "large", self.pod.folder / "back"
        piece = bytes(range(256)) * 4096
        with large.open("wb") as file:
            for _ in range(48):
                file.write(piece)
        place = f"{self.url}/shop-data/own/c%20example"
        for how in "put", "put-unsigned":
            most = self.peak([self.program("s3_curl"), how, place, str(large)])
            same(f"streamed: {most} KiB at most", True, most < 32 << 10)
        most = self.peak([self.program("s3_curl"), "get", place, str(back)])
        same(f"streamed back: {most} KiB at most", True, most < 32 << 10)
        sums = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (large, back)]
        same("what came back", *sums)
        large.unlink()
        back.unlink()
        same("refused", "403\n", self.fails(["s3_curl", "get", f"{self.url}/shop-data/elsewhere", str(back)]))

    def peak(self, command):
        """Runs it; gives its peak RSS in KiB. By a process between, whose other children do not count."""
        code = "import resource, subprocess, sys\n"
        code += "s = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode\n"
        code += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\nsys.exit(s)"
        return int(succeed([sys.executable, "-c", code, *command], self.pod.env(), 120))

    # epoll

    def epoll(self):
        before = self.exchanges()
        self.pod.fault("slow 1s")
        command = [self.program("epoll")]
        started = subprocess.Popen(command, env=self.pod.env(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        counts = []
        while started.poll() is None:
            try:
                counts.append(len(os.listdir(f"/proc/{started.pid}/task")))
            except FileNotFoundError:
                break
            time.sleep(0.02)
        out = started.communicate(timeout=20)[0].strip()
        same("its end", 0, started.returncode)
        # 0: looked at while it ended.
        same("threads, whenever it was looked at", (True, {1}), (len(counts) > 10, set(counts) - {0}))
        same("exchanges", 1, self.exchanges() - before)
        handed = [entry["accessKeyId"] for entry in self.pod.logged() if entry["operation"] == "AssumeRoleWithWebIdentity"]
        same("the key", handed[-1], out)
        self.pod.fault("throttle 1")
        succeed(command, self.pod.env())  # after a wait
        self.fails(["epoll"], "token", AWS_WEB_IDENTITY_TOKEN_FILE=str(self.pod.folder / "none"))
        self.fails(["epoll"], "fix", AWS_ENDPOINT_URL_STS="http://127.0.0.1:1", AWS_MAX_ATTEMPTS="1")

    # postgres

    def postgres(self):
        with Database(self.pod, self.url) as database:
            text = database.connection_string()
            status, out, err = run([self.program("postgres"), text], self.pod.env())
            same("by a token", (0, "shop, TLS: t\n", ""), (status, out, err))
            refused = 'PAM authentication failed for user "shop"'
            token = succeed([self.program("postgres"), "--token", text], self.pod.env()).strip()
            same("psql by the token", (0, "shop\n", ""), database.psql(token))
            spoilt = token[:-1] + ("0" if token[-1] != "0" else "1")
            same("another signature", True, refused in database.psql(spoilt)[2])
            same("none", True, refused in database.psql("none")[2])
            elsewhere = succeed([self.program("postgres"), "--token", text.replace(HOST, "db.other")], self.pod.env())
            same("another database's token", True, refused in database.psql(elsewhere.strip())[2])
            self.fails(["postgres", text.replace("user=shop", "user=bank")], 'PAM authentication failed for user "bank"')
            self.pod.fault("clock +1000s")
            same("a token that has ended", True, refused in database.psql(token)[2])
            self.pod.fault("clock 0s")
            same("psql by the token again", 0, database.psql(token)[0])


class Database:
    """A PostgreSQL of its own, on loopback, whose PAM asks irsa-local about tokens."""

    def __init__(self, pod, url):
        self.pod = pod
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="irsa-postgres-"))
        self.port = free_port()
        self.server = None
        owner = shutil.which("setpriv")
        self.own = [owner, "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        # pam_script runs what root owns alone; the server has a folder of its own within.
        self.folder.chmod(0o755)
        self.home = self.folder / "postgres"
        self.home.mkdir(0o755)
        shutil.chown(self.home, "postgres", "postgres")
        ask = f'"{url}/_irsa/rds?host={HOST}:{self.port}"'
        script = self.folder / "pam_script_auth"
        script.write_text(
            f'#!/bin/sh\nprintf "%s\\n%s" "$PAM_USER" "$PAM_AUTHTOK" | curl -fsS -o /dev/null --data-binary @- {ask}\n'
        )
        script.chmod(0o755)

    def __enter__(self):
        try:
            with PAM.open("x") as file:
                file.write(f"auth required pam_script.so dir={self.folder} onerr=fail\naccount required pam_permit.so\n")
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        PAM.unlink(missing_ok=True)
        if self.server:
            self.server.send_signal(signal.SIGINT)
            self.server.wait(30)
        shutil.rmtree(self.folder)

    def start(self):
        data = self.home / "data"
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        succeed([*self.own, "initdb", "-D", str(data), "-A", "trust", "-U", "postgres", "--no-sync"], env, 120)
        key, self.certificate = data / "server.key", self.home / "server.crt"
        make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}"]
        make += ["-addext", f"subjectAltName=DNS:{HOST},DNS:db.other", "-keyout", str(key), "-out", str(self.certificate)]
        succeed([*self.own, *make], env)
        (data / "pg_hba.conf").write_text(
            f"local all postgres trust\nhostssl all all 127.0.0.1/32 pam pamservice={PAM.name}\n"
        )
        options = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.home, "ssl": "on"}
        options |= {"ssl_cert_file": self.certificate, "ssl_key_file": key, "fsync": "off"}
        command = ["postgres", "-D", str(data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        log = (self.folder / "log").open("w")
        self.server = subprocess.Popen([*self.own, *command], env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        wait_for_port(self.port, self.server)
        create = ["psql", "-h", str(self.home), "-p", str(self.port), "-U", "postgres", "-c"]
        for _ in range(100):
            status, _, err = run([*self.own, *create, f"create role {USER} login; create role bank login"], env)
            if status == 0:
                return
            if "starting up" not in err:
                raise AssertionError(err)
            time.sleep(0.1)

    def connection_string(self, mode="verify-full"):
        where = f"host={HOST} hostaddr=127.0.0.1 port={self.port} user={USER} dbname=postgres"
        return f"{where} sslmode={mode} sslrootcert={self.certificate}"

    def psql(self, token):
        env = {"PATH": os.environ["PATH"], "PGPASSWORD": token, "HOME": str(self.folder)}
        return run(["psql", "-wtA", self.connection_string(), "-c", "select current_user"], env)


def main():
    commands, built, *names = sys.argv[1:]
    check = Checks()
    with tempfile.TemporaryDirectory() as folder:
        pod = Pod(commands, pathlib.Path(folder))
        try:
            examples = Examples(pod, pathlib.Path(built).resolve())
            for name in names:
                what = "no_malloc" if name == "valgrind" else name
                check(name, getattr(examples, what))
        finally:
            pod.close()
    check.close()


main()
