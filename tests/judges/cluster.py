"""A Kubernetes control plane as far as tokens go: etcd and kube-apiserver, no kubelet and no controllers.

Pods are objects that nobody runs; their tokens come from the TokenRequest API, as the kubelet's do.
"""

import contextlib
import json
import secrets
import time

from checks import clean_env, free_port, request, same
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from servers import Authority, key_pem, started

KINDS = {
    "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
}


def signing_key(folder, algorithm):
    """A private key's file, and its public one's beside it."""
    key = KINDS[algorithm]()
    private, public = (folder / f"sa-{algorithm}.{end}" for end in ("key", "pub"))
    private.write_bytes(key_pem(key))
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, form))
    return private, public


class Cluster:
    def __init__(self, programs, folder, issuer):
        folder.mkdir(parents=True)
        self.programs, self.folder, self.issuer = programs, folder, issuer
        self.authority = Authority(folder / "authority")
        self.authority.issue(folder / "tls")
        self.admin = "IRSACANARY-" + secrets.token_hex(16)
        (folder / "tokens.csv").write_text(f"{self.admin},admin,admin,system:masters\n")
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.context = self.authority.context()

    @contextlib.contextmanager
    def etcd(self):
        client, peer = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        command = [self.programs / "etcd", "--data-dir", self.folder / "etcd", "--name", "one", "--unsafe-no-fsync"]
        command += ["--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer]
        command += ["--initial-advertise-peer-urls", peer, "--initial-cluster", f"one={peer}"]
        with started([str(word) for word in command], self.folder / "etcd.log", clean_env(HOME=str(self.folder))):
            self.store = client
            yield

    @contextlib.contextmanager
    def apiserver(self, signing, *published):
        """Signs with one key; its key set holds all that are given (files of private, of public keys)."""
        flags = {
            "etcd-servers": self.store,
            "bind-address": "127.0.0.1",
            "advertise-address": "127.0.0.1",
            "secure-port": self.port,
            "tls-cert-file": self.folder / "tls/public.crt",
            "tls-private-key-file": self.folder / "tls/private.key",
            "token-auth-file": self.folder / "tokens.csv",
            "service-cluster-ip-range": "10.96.0.0/24",
            "authorization-mode": "RBAC",
            "service-account-issuer": self.issuer,
            "service-account-signing-key-file": signing[0],
            "service-account-jwks-uri": self.url + "/openid/v1/jwks",
            "api-audiences": "https://kubernetes.default.svc",
            "endpoint-reconciler-type": "none",
        }
        words = [f"--{name}={value}" for name, value in flags.items()]
        words += [f"--service-account-key-file={public}" for _, public in (signing, *published)]
        log = self.folder / "kube-apiserver.log"
        with started([str(self.programs / "kube-apiserver"), *words], log, clean_env(HOME=str(self.folder))) as process:
            end = time.monotonic() + 120
            while not self.is_ready():
                if process.poll() is not None or time.monotonic() > end:
                    raise AssertionError("kube-apiserver is not ready: " + log.read_text()[-2000:])
                time.sleep(0.2)
            yield

    def is_ready(self):
        with contextlib.suppress(OSError):
            return request(self.url + "/readyz", context=self.context)[0] == 200
        return False

    def ask(self, method, path, body=None, status=(200, 201)):
        headers = {"authorization": "Bearer " + self.admin, "content-type": "application/json"}
        body = json.dumps(body) if body is not None else None
        got, _, answer = request(self.url + path, method, headers, body, self.context)
        if got not in status:
            raise AssertionError(f"{method} {path}: {got} {answer[:500]}")
        return json.loads(answer)

    def would_take(self, path, manifest):
        """Whether it would store this YAML as it stands; a field that it does not know is an error."""
        headers = {"authorization": "Bearer " + self.admin, "content-type": "application/apply-patch+yaml"}
        query = "?dryRun=All&fieldManager=judge&fieldValidation=Strict&force=true"
        got, _, answer = request(self.url + path + query, "PATCH", headers, manifest, self.context)
        if got not in (200, 201):
            raise AssertionError(f"{path}: {got} {answer[:500]}")

    def make(self, path, kind, name, version="v1", **more):
        what = {"apiVersion": version, "kind": kind, "metadata": {"name": name}} | more
        return self.ask("POST", path, what)["metadata"]

    def token(self, account, audiences=("sts.amazonaws.com",), seconds=3600, pod=None, namespace="shop"):
        """What the kubelet writes into a projected volume."""
        spec = {"audiences": list(audiences), "expirationSeconds": seconds}
        if pod:
            spec["boundObjectRef"] = {"kind": "Pod", "apiVersion": "v1", "name": pod["name"], "uid": pod["uid"]}
        wish = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        answer = self.ask("POST", f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token", wish)
        return answer["status"]["token"]

    def jwks(self):
        """As anybody may fetch it, once that is allowed."""
        status, headers, body = request(self.url + "/openid/v1/jwks", context=self.context)
        same("the key set", (200, "application/jwk-set+json"), (status, headers["content-type"]))
        return body
