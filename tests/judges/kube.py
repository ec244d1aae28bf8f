"""Tokens of a real kube-apiserver judge irsa: it decodes them, irsa-local verifies them by the cluster's key set and a full
trust policy, MinIO by the discovery document; signed with RSA and with ECDSA, through two rotations of the cluster's keys.

The token file lies as the kubelet lays it (`..data` swapped by one rename) under an `irsa serve` that runs on.
"""

import contextlib
import json
import os
import pathlib
import re
import sys
import tempfile
import threading
import time

import servers
from checks import Checks, clean_env, request, run, same, succeed, succeed_json
from cluster import Cluster, signing_key
from servers import REGION

ROOT = pathlib.Path(__file__).resolve().parents[2]
ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
PROVIDER = f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"
OWN = "oidc.eks.eu-west-1.amazonaws.com/id/00000000000000000000000000000000"
ROLE = "arn:aws:iam::111122223333:role/"
SUBJECT = "system:serviceaccount:shop:"
SECRET = "IRSACANARY-kube"


def trust(issuer, operator, subject):
    conditions = {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com"}}
    conditions.setdefault(operator, {})[f"{issuer}:sub"] = subject
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": conditions,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def configuration(folder, jwks, more):
    """irsa-local with roles for the cluster's service accounts, and `more` by name; its own pod is not used."""
    reads = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "own", "namespace": "own", "annotations": {"eks.amazonaws.com/role-arn": ROLE + "own"}},
    }
    config = {
        "region": REGION,
        "roles": [
            {"service-account": account, "trust-policy": trust(OWN, "StringEquals", "system:serviceaccount:own:own")},
            {
                "role-arn": ROLE + "checkout",
                "trust-policy": trust(ISSUER, "StringEquals", SUBJECT + "checkout"),
                "policy": {"Version": "2012-10-17", "Statement": [reads]},
            },
            {"role-arn": ROLE + "shop", "trust-policy": trust(ISSUER, "StringLike", SUBJECT + "*")},
            *({"role-arn": ROLE + name, "trust-policy": policy} for name, policy in more.items()),
        ],
        "providers": [
            {"arn": f"arn:aws:iam::111122223333:oidc-provider/{OWN}"},
            {"arn": PROVIDER, "jwks": json.loads(jwks)},
        ],
        "secrets": {"shop/db": SECRET},
    }
    path = folder / "irsa-local.yaml"
    path.write_text(json.dumps(config))  # JSON is YAML too
    return str(path)


class Volume:
    """A projected volume: `token` is a link to `..data/token`, `..data` one to a folder named after the time."""

    def __init__(self, folder):
        self.folder = folder
        self.folder.mkdir()
        self.file = folder / "token"
        self.count = 0

    def write(self, token):
        self.count += 1
        name = time.strftime("..%Y_%m_%d_%H_%M_%S.") + str(self.count)
        (self.folder / name).mkdir()
        (self.folder / name / "token").write_text(token)
        before = os.readlink(self.folder / "..data") if self.count > 1 else None
        (self.folder / "..data_tmp").symlink_to(name)
        (self.folder / "..data_tmp").rename(self.folder / "..data")
        if before is None:
            self.file.symlink_to("..data/token")
        else:
            (self.folder / before / "token").unlink()
            (self.folder / before).rmdir()


class Judge:
    def __init__(self, built, folder):
        self.irsa, self.irsa_local = (str(built / name) for name in ("irsa", "irsa-local"))
        self.minio_program = str(built.parent / "tools/bin/minio")
        self.folder = folder
        self.cluster = Cluster(built.parent / "tools/bin", folder / "cluster", "https://" + ISSUER)
        self.count = 0

    def file(self, token):
        self.count += 1
        path = self.folder / f"token-{self.count}"
        path.write_text(token)
        return path

    def pod(self, file, role="checkout", **more):
        """The variables of a pod whose STS is irsa-local."""
        own = {"AWS_ROLE_ARN": ROLE + role, "AWS_WEB_IDENTITY_TOKEN_FILE": str(file)}
        return clean_env(HOME=str(self.folder), **self.local["env"]) | own | more

    def minio_pod(self, file):
        """The same with MinIO's."""
        more = {"AWS_ENDPOINT_URL_STS": self.minio.url, "AWS_CA_BUNDLE": str(self.minio.authority.file)}
        return self.pod(file, **more)

    @contextlib.contextmanager
    def irsa_local_with(self, jwks, **more):
        config = configuration(self.folder, jwks, more)
        with servers.irsa_local(self.irsa_local, self.folder, "--config", config) as self.local:
            yield

    def refused(self, env, code, *words):
        status, out, err = run([self.irsa, "credential-process"], env)
        same(f"refused: {err!r}", (4, True), (status, out == ""))
        for word in (f"({code}", "irsa: fix: ", *words):
            if word not in err:
                raise AssertionError(f"{word!r} is not in {err!r}")

    def populate(self):
        cluster = self.cluster
        cluster.make("/api/v1/namespaces", "Namespace", "shop")
        for name in ("default", "checkout", "orders"):
            cluster.make("/api/v1/namespaces/shop/serviceaccounts", "ServiceAccount", name)
        cluster.make("/api/v1/nodes", "Node", "node-1")
        container = {"name": "app", "image": "none"}
        spec = {"serviceAccountName": "checkout", "nodeName": "node-1", "containers": [container]}
        self.pod_object = cluster.make("/api/v1/namespaces/shop/pods", "Pod", "checkout-1", spec=spec)
        # So that whoever verifies can fetch the key set.
        group = "rbac.authorization.k8s.io"
        role = {"apiGroup": group, "kind": "ClusterRole", "name": "system:service-account-issuer-discovery"}
        anybody = {"apiGroup": group, "kind": "Group", "name": "system:unauthenticated"}
        bindings = f"/apis/{group}/v1/clusterrolebindings"
        cluster.make(bindings, "ClusterRoleBinding", "anybody", f"{group}/v1", roleRef=role, subjects=[anybody])

    # What succeeds.

    def manifests(self):
        """Those that are given to users."""
        folders = {"Pod": "pods", "ServiceAccount": "serviceaccounts"}
        for file in sorted((ROOT / "docs/deploy").glob("*.yaml")):
            for document in file.read_text().split("\n---\n"):
                kind, name, namespace = (
                    re.search(rf"(?m)^{field}: (\S+)$", document)[1] for field in ("kind", "  name", "  namespace")
                )
                self.cluster.would_take(f"/api/v1/namespaces/{namespace}/{folders[kind]}/{name}", document)
            wrong = document.replace("containers:", "containerz:")
            try:
                self.cluster.would_take(f"/api/v1/namespaces/{namespace}/{folders[kind]}/{name}", wrong)
            except AssertionError:
                continue
            raise AssertionError(f"an unknown field of {file.name} was not noticed")

    def decoded(self, algorithm, token, pod):
        got = succeed_json([self.irsa, "token", "--json", str(self.file(token))], clean_env())
        claims = got["claims"]
        keys = json.loads(self.cluster.jwks())["keys"]
        same("algorithm", algorithm, got["header"]["alg"])
        same("its key is published", True, got["header"]["kid"] in [key["kid"] for key in keys])
        same("issuer", "https://" + ISSUER, claims["iss"])
        same("subject", SUBJECT + "checkout", claims["sub"])
        same("audience", ["sts.amazonaws.com"], claims["aud"])
        same("nothing is odd", [], got["warnings"])
        kubernetes = claims["kubernetes"]
        same("namespace", ("shop", "checkout"), (kubernetes["namespace"], kubernetes["service_account"]["name"]))
        if pod:
            bound = (kubernetes["pod"]["name"], kubernetes["pod"]["uid"], kubernetes["node"]["name"])
            same("pod", ("checkout-1", self.pod_object["uid"], "node-1"), bound)
        shown = succeed([self.irsa, "token", str(self.file(token))], clean_env())
        same("shown", True, "system:serviceaccount:shop:checkout" in shown and token.rpartition(".")[2] not in shown)

    def exchanged(self, token):
        """At irsa-local: signature by the cluster's keys, times, audience, the whole trust policy."""
        file = self.file(token)
        for role in ("checkout", "shop"):
            got = succeed_json([self.irsa, "whoami", "--json"], self.pod(file, role))
            same("role", f"arn:aws:sts::111122223333:assumed-role/{role}", got["arn"].rpartition("/")[0])
        # Compared without being printed.
        if succeed([self.irsa, "get", "secret", "shop/db"], self.pod(file)).removesuffix("\n") != SECRET:
            raise AssertionError("another secret")

    def at_minio(self, token, body):
        """At MinIO, which reads discovery and keys from the apiserver; then S3 with what it gave."""
        env = self.minio_pod(self.file(token))
        url = self.minio.url + "/shop"
        irsa = [self.irsa, "sign", "--send", "--service", "s3"]
        run([*irsa, "-X", "PUT", url], env)  # it may be there already
        succeed([*irsa, "-X", "PUT", "-d", body, url + "/from%20a%20pod"], env)
        same("the object", body, succeed([*irsa, url + "/from%20a%20pod"], env))

    def policies(self):
        """The policy that irsa writes for `orders`, and the mend that it proposes where `checkout` is refused by it."""
        argv = [self.irsa, "policy", "generate", "--provider", PROVIDER, "--namespace", "shop"]
        written = succeed([*argv, "--service-account", "orders"], clean_env())
        self.policy_file = self.folder / "generated.json"
        self.policy_file.write_text(written)
        status, judged = self.judged("checkout")
        same("refused", (4, False), (status, judged["verdict"]["ok"]))
        return {"generated": json.loads(written), "mended": judged["findings"][0]["mend"]["policy"]}

    def judged(self, account):
        """What `irsa policy check` says of the written policy and a token."""
        token = str(self.file(self.cluster.token(account)))
        argv = [self.irsa, "policy", "check", str(self.policy_file), "--token-file", token, "--json"]
        status, out, _ = run(argv, clean_env())
        return status, json.loads(out)

    def written(self):
        """STS decides as was said: for the policy, and for the mend."""
        for account, status in (("orders", 0), ("checkout", 4)):
            said = self.judged(account)
            same(account, (status, status == 0), (said[0], said[1]["verdict"]["ok"]))
        for role, account, let_in in [
            ("generated", "orders", True),
            ("generated", "checkout", False),
            ("mended", "checkout", True),
            ("mended", "orders", False),
        ]:
            env = self.pod(self.file(self.cluster.token(account)), role)
            if let_in:
                succeed_json([self.irsa, "credential-process"], env)
            else:
                self.refused(env, "sts-access-denied")

    def examined(self):
        """irsa doctor, which is handed the trust policy: all well, and then the one thing that is not."""
        policy = self.folder / "trust.json"
        policy.write_text(json.dumps(trust(ISSUER, "StringEquals", SUBJECT + "checkout")))
        argv = [self.irsa, "doctor", "--json", "--trust-policy", str(policy)]
        got = succeed_json(argv, self.pod(self.file(self.cluster.token("checkout", pod=self.pod_object))))
        outcomes = [check["outcome"] for check in got["checks"] if check["check"] != "token file"]
        same("all well", (True, {"ok"}, []), (got["healthy"], set(outcomes), got["unseen"]))
        # By what is there alone, and by trying it.
        for flags in (["--offline"], []):
            status, out, _ = run([*argv, *flags], self.pod(self.file(self.cluster.token("orders"))))
            cause = json.loads(out)["findings"][0]
            same("not healthy", (True, False), (status != 0, json.loads(out)["healthy"]))
            for word in (SUBJECT + "orders", SUBJECT + "checkout"):
                same(f"{word} in {cause}", True, word in json.dumps(cause))

    # What is refused.

    def tampered(self):
        head, body, _ = self.cluster.token("checkout").split(".")
        other = self.cluster.token("checkout", seconds=3601).rpartition(".")[2]
        env = self.pod(self.file(".".join((head, body, other))))
        self.refused(env, "sts-invalid-token", "could not be validated")
        self.refused(self.minio_pod(env["AWS_WEB_IDENTITY_TOKEN_FILE"]), "sts-invalid-token", "verification error")

    def other_account(self):
        file = self.file(self.cluster.token("orders"))
        self.refused(self.pod(file), "sts-access-denied", SUBJECT + "orders")
        self.refused(self.minio_pod(file), "sts-access-denied", "define a policy of the name")
        succeed_json([self.irsa, "credential-process"], self.pod(file, "shop"))

    def other_audience(self):
        file = self.file(self.cluster.token("checkout", ["vault"]))
        self.refused(self.pod(file), "sts-invalid-token", "vault")
        self.refused(self.minio_pod(file), "sts-invalid-token", "audience that this STS")

    def two_audiences(self):
        """AWS wants one; MinIO looks whether its own is among them."""
        file = self.file(self.cluster.token("checkout", ["sts.amazonaws.com", "vault"]))
        self.refused(self.pod(file), "sts-audiences", "sts.amazonaws.com, vault")
        succeed_json([self.irsa, "credential-process"], self.minio_pod(file))

    def expired(self):
        # The shortest that an apiserver issues; and some minutes are granted to clocks that differ.
        file = self.file(self.cluster.token("checkout", seconds=600))
        url = self.local["url"] + "/_irsa/fault"
        same("the clock", 204, request(url, "POST", None, "clock +20m")[0])
        try:
            self.refused(self.pod(file), "sts-expired-token", "still holds the same token")
        finally:
            same("the clock", 204, request(url, "POST", None, "clock 0s")[0])

    def withdrawn(self, token):
        """Its key is no longer in the key set."""
        self.refused(self.pod(self.file(token)), "sts-verification-key", "holds the kid")

    # Under a running provider.

    def rotated_underneath(self):
        """The kubelet swaps the token 30 times while a server of credentials runs, reads and replaces."""
        volume = Volume(self.folder / "volume")
        accounts = ("checkout", "orders")
        volume.write(self.cluster.token("checkout", pod=self.pod_object))
        same("faults", 204, request(self.local["url"] + "/_irsa/fault", "POST", None, "lifetime 5s")[0])
        before = len(self.log())
        env = self.pod(volume.file, "shop")
        port_file, auth_file = self.folder / "port", self.folder / "auth"
        argv = [self.irsa, "serve", "--json", "--port-file", str(port_file), "--auth-file", str(auth_file)]
        stop, failed, reads = threading.Event(), [], []

        def read():
            headers = {"authorization": auth_file.read_text()}
            url = f"http://127.0.0.1:{int(port_file.read_text())}/v1/credentials"
            while not stop.is_set():
                status, _, body = request(url, "GET", headers)
                (reads if status == 200 else failed).append(body)

        with servers.started(argv, self.folder / "serve.log", env) as process:
            end = time.monotonic() + 20
            while not (port_file.exists() and port_file.read_text() and auth_file.exists()):
                same("irsa serve runs", None, process.poll())
                same("it is there in time", True, time.monotonic() < end)
                time.sleep(0.05)
            readers = [threading.Thread(target=read) for _ in range(4)]
            for reader in readers:
                reader.start()
            for swap in range(30):
                volume.write(self.cluster.token(accounts[swap // 10 % 2]))
                time.sleep(0.5)
            stop.set()
            for reader in readers:
                reader.join()
        same("faults", 204, request(self.local["url"] + "/_irsa/fault", "POST", None, "lifetime off")[0])
        exchanges = [line for line in self.log()[before:] if line["operation"] == "AssumeRoleWithWebIdentity"]
        same("refused exchanges", [], [line["outcome"] for line in exchanges if line["status"] != 200])
        who = [line["who"].partition("->")[0].rpartition(":")[2] for line in exchanges]
        seen = [name for at, name in enumerate(who) if at == 0 or name != who[at - 1]]
        same("whose tokens were used, in order", ["checkout", "orders", "checkout"], seen)
        same("reads that failed", [], failed[:3])
        print(f"{len(reads)} reads, {len(exchanges)} exchanges, {volume.count} tokens")
        same("enough of both", True, len(reads) > 100 and len(exchanges) >= 4)

    def log(self):
        return [json.loads(line) for line in (self.folder / "irsa-local.log").read_text().splitlines()]


def main(built):
    begin = time.monotonic()
    for name in [name for name in os.environ if name.startswith(("AWS_", "MINIO_"))]:
        del os.environ[name]
    check = Checks()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        folder = pathlib.Path(folder)
        judge = Judge(pathlib.Path(built).resolve(), folder)
        cluster = judge.cluster
        rsa, ec, next_ec = (signing_key(folder, algorithm) for algorithm in ("RS256", "ES256", "ES384"))
        stack.enter_context(cluster.etcd())

        with cluster.apiserver(rsa):
            print(f"a control plane after {time.monotonic() - begin:.1f} s")
            judge.populate()
            trusted = [cluster.authority.file]
            authority = servers.Authority(folder / "minio-authority")
            minio = servers.minio(judge.minio_program, folder / "minio", cluster.url, authority, trusted)
            judge.minio = stack.enter_context(minio)
            judge.minio.allow(judge.irsa, SUBJECT + "checkout", "shop")
            plain, bound = cluster.token("checkout"), cluster.token("checkout", seconds=86400, pod=judge.pod_object)
            with judge.irsa_local_with(cluster.jwks(), **judge.policies()):
                check("the manifests of docs/deploy", judge.manifests)
                check("RS256: decoded", lambda: judge.decoded("RS256", plain, False))
                check("RS256, bound to a pod: decoded", lambda: judge.decoded("RS256", bound, True))
                check("RS256: exchanged by the trust policy", lambda: judge.exchanged(plain))
                check("RS256, bound to a pod: exchanged", lambda: judge.exchanged(bound))
                check("RS256: MinIO's STS and S3", lambda: judge.at_minio(bound, "one"))
                check("trust policies that irsa writes and mends", judge.written)
                check("examined by irsa doctor", judge.examined)
                check("refused: another token's signature", judge.tampered)
                check("refused: another service account", judge.other_account)
                check("refused: another audience", judge.other_audience)
                check("refused: two audiences", judge.two_audiences)
                check("refused: expired", judge.expired)

        # The first rotation: both keys are published, the new one signs.
        with cluster.apiserver(ec, rsa):
            new = cluster.token("checkout", pod=judge.pod_object)
            check("two keys are published", lambda: same("keys", 2, len(json.loads(cluster.jwks())["keys"])))
            with judge.irsa_local_with(cluster.jwks()):
                check("ES256: decoded", lambda: judge.decoded("ES256", new, True))
                check("ES256: exchanged by the trust policy", lambda: judge.exchanged(new))
                check("ES256: MinIO's STS and S3", lambda: judge.at_minio(new, "two"))
                check("the old key's token is still good", lambda: judge.exchanged(bound))
                check("the token file is swapped under a running provider", judge.rotated_underneath)

        # The second: the older keys are withdrawn at once.
        with cluster.apiserver(next_ec):
            newest = cluster.token("checkout", pod=judge.pod_object)
            with judge.irsa_local_with(cluster.jwks()):
                check("ES384: decoded", lambda: judge.decoded("ES384", newest, True))
                check("ES384: exchanged by the trust policy", lambda: judge.exchanged(newest))
                check("ES384: MinIO's STS and S3", lambda: judge.at_minio(newest, "three"))
                check("refused: a key that was withdrawn (RS256)", lambda: judge.withdrawn(bound))
                check("refused: a key that was withdrawn (ES256)", lambda: judge.withdrawn(new))
    check.close()


main(sys.argv[1])
