"""Servers that judges start: irsa-local, MinIO, and certificates for them. All on 127.0.0.1, on free ports."""

import contextlib
import datetime
import ipaddress
import json
import ssl
import subprocess
import time
import urllib.parse

from checks import clean_env, free_port, request, run, succeed, wait_for_port
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

REGION = "eu-west-1"
AUDIENCE = "sts.amazonaws.com"
ROOT = ("rootroot", "IRSACANARY-root")


@contextlib.contextmanager
def started(command, log, env):
    """A program that is told to stop at the end, and that writes into `log`."""
    with open(log, "ab") as out:
        process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=log.parent)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


@contextlib.contextmanager
def irsa_local(program, folder, *options):
    """What `irsa-local serve --json` says of itself."""
    command = [program, "serve", "--json", "--log", str(folder / "irsa-local.log"), "--log-json", *options]
    process = subprocess.Popen(command, env=clean_env(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(10)


class Authority:
    """A CA, and servers' certificates for 127.0.0.1 and localhost."""

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a CA of a test")])
        ca = self._builder(self.name, self.key).add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        self.certificate = ca.add_extension(usage, True).sign(self.key, hashes.SHA256())
        self.file = folder / "ca.pem"
        self.file.write_bytes(pem(self.certificate))

    def _builder(self, name, key):
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        return builder.not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=2))

    def issue(self, folder):
        """`public.crt` and `private.key` in a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
        names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
        builder = self._builder(name, key).add_extension(x509.SubjectAlternativeName(names), False)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), False)
        (folder / "public.crt").write_bytes(pem(builder.sign(self.key, hashes.SHA256())))
        (folder / "private.key").write_bytes(key_pem(key))

    def context(self):
        """For Python's own requests."""
        return ssl.create_default_context(cafile=str(self.file))


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_pem(key):
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


@contextlib.contextmanager
def minio(program, folder, issuer, authority=None, trusted=(), role_policy=None):
    """MinIO, whose STS takes tokens of the issuer with this URL: the policy whose name is a token's `sub` applies.

    With an authority it serves TLS. `trusted` are files with CAs, for the issuer's own TLS.
    With `role_policy` that policy applies to all, who have to name a role of MinIO's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    certificates = folder / "certs"
    (certificates / "CAs").mkdir(parents=True)
    for at, file in enumerate(trusted):
        (certificates / "CAs" / f"{at}.crt").write_bytes(file.read_bytes())
    if authority:
        authority.issue(certificates)
    env = clean_env(
        HOME=str(folder),
        MINIO_ROOT_USER=ROOT[0],
        MINIO_ROOT_PASSWORD=ROOT[1],
        MINIO_BROWSER="off",
        MINIO_REGION=REGION,
        MINIO_CI_CD="1",
        MINIO_IDENTITY_OPENID_CONFIG_URL=issuer + "/.well-known/openid-configuration",
        MINIO_IDENTITY_OPENID_CLIENT_ID=AUDIENCE,
        MINIO_IDENTITY_OPENID_CLIENT_SECRET="IRSACANARY-unused",
    )
    if role_policy:
        env["MINIO_IDENTITY_OPENID_ROLE_POLICY"] = role_policy
    else:
        env["MINIO_IDENTITY_OPENID_CLAIM_NAME"] = "sub"
    data = folder / "data"
    command = [program, "server", str(data), "--address", f"127.0.0.1:{port}", "--certs-dir", str(certificates), "--quiet"]
    with started(command, folder / "minio.log", env) as process:
        wait_for_port(port, process, 60)
        server = Minio(f"{'https' if authority else 'http'}://127.0.0.1:{port}", authority)
        server.wait(process)
        yield server


class Minio:
    def __init__(self, url, authority):
        self.url, self.authority = url, authority
        self.context = authority.context() if authority else None

    def wait(self, process):
        """Until it answers; where it could not read the issuer's documents it never does."""
        end = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(OSError):
                if request(self.url + "/minio/health/ready", context=self.context)[0] == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("MinIO is not ready")

    def allow(self, irsa, name, bucket):
        """A policy of that name, which allows everything in one bucket: a call of MinIO's own, signed as S3's are."""
        resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
        statement = {"Effect": "Allow", "Action": ["s3:*"], "Resource": resources}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        url = f"{self.url}/minio/admin/v3/add-canned-policy?name={urllib.parse.quote(name)}"
        env = clean_env(AWS_ACCESS_KEY_ID=ROOT[0], AWS_SECRET_ACCESS_KEY=ROOT[1], AWS_REGION=REGION)
        if self.authority:
            env["AWS_CA_BUNDLE"] = str(self.authority.file)
        argv = [irsa, "sign", "--send", "--service", "s3", "-X", "PUT", "-d", policy, url]
        # It opens its port, and says that it is ready, before it is.
        end = time.monotonic() + 60
        while "XMinioServerNotInitialized" in run(argv, env)[2] and time.monotonic() < end:
            time.sleep(0.2)
        succeed(argv, env)
