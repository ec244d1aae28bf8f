"""curl signs by itself (`--aws-sigv4`): a witness of the verifier that is no SDK, and signs methods and queries that SDKs
do not send.
"""

import re
import subprocess

from checks import same
from pod import SECRET, SESSION

WHO = "Action=GetCallerIdentity&Version=2011-06-15"


class Curl:
    def __init__(self, program, pod):
        self.program, self.pod = program, pod
        self.keys = pod.keys()

    def send(self, service, *arguments, path="/", secret=None):
        """Status and body. Secrets come by the standard input: arguments can be seen by everybody."""
        keys = self.keys | ({"AWS_SECRET_ACCESS_KEY": secret} if secret else {})
        config = [
            f'user = "{keys["AWS_ACCESS_KEY_ID"]}:{keys["AWS_SECRET_ACCESS_KEY"]}"',
            f'header = "X-Amz-Security-Token: {keys["AWS_SESSION_TOKEN"]}"',
        ]
        sign = ["--aws-sigv4", f"aws:amz:eu-west-1:{service}"]
        command = [self.program, "-q", "-sS", "-m", "30", "-K", "-", *sign, "-w", r"\n%{http_code}", *arguments]
        done = subprocess.run(
            [*command, self.pod.variables["IRSA_LOCAL_URL"] + path],
            env=self.pod.env(),
            input="\n".join(config),
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.returncode:
            raise AssertionError(done.stderr)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body

    def whoami(self, *arguments, path="/"):
        status, body = self.send("sts", *arguments, path=path)
        if status != 200 or f"<Arn>{SESSION}judge</Arn>" not in body:
            raise AssertionError((status, body))

    def secret(self, *arguments):
        kind = ["-H", "X-Amz-Target: secretsmanager.GetSecretValue", "-H", "Content-Type: application/x-amz-json-1.1"]
        status, body = self.send("secretsmanager", *kind, *arguments, "--data", '{"SecretId": "shop/db"}')
        # Compared without being printed.
        same("the status and the secret", (200, True), (status, SECRET in body))

    def refused(self, service="sts", secret=None):
        status, body = self.send(service, "--data", WHO, secret=secret)
        same("the status", 403, status)
        return re.search(r"<Code>(\w+)</Code>\s*<Message>([^<]*)", body).groups()

    def all(self, check):
        check("curl: a signed form", lambda: self.whoami("--data", WHO))
        check("curl: a signed query", lambda: self.whoami(path=f"/?{WHO}"))
        check("curl: a signed query with escapes", lambda: self.whoami(path=f"/?{WHO}&a=%20%2B%25b~"))
        check("curl: a signed document", self.secret)
        check("curl: blanks in a header", lambda: self.secret("-H", "X-Odd:   a   b  "))
        check("curl: refused: another secret access key", self.another_key)
        check("curl: refused: another service", self.another_service)

    def another_key(self):
        code, text = self.refused(secret="x" * 40)
        same("the code", ("SignatureDoesNotMatch", True), (code, "The request signature we calculated" in text))

    def another_service(self):
        said = self.refused("s3")
        same("what it says", ("SignatureDoesNotMatch", "Credential should be scoped to correct service: 'sts'."), said)
