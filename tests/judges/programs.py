"""The programs of other SDKs that play a pod's process, and how each SDK differs from the others.

A program reads lines from its standard input, and answers each with one line of JSON on its standard output:

    whoami        {"arn": …}      GetCallerIdentity by the SDK's own chain
    secret NAME   {"secret": …}   GetSecretValue
    what failed   {"text": whole error, "code": …, "message": …, "status": …, "requestId": …}, as far as the SDK tells

Its clients live as long as it does. What it has to use stands in its environment.
"""

import json
import pathlib
import re
import select
import subprocess
import sys

from checks import run

HERE = pathlib.Path(__file__).parent


class Sdk:
    """An SDK and its ways, which are facts about the SDK and no claims about irsa.

    `agent`: how its User-Agent begins. `shapes`: it names errors by the service model's shapes. `coded`: its chain
    passes the error's code on. `tries`: how often it sends an exchange that InvalidIdentityToken refused. `clock`: it
    learns the time from an answer's `Date`. `tells`: it passes on what a container-credentials endpoint says.
    """

    def __init__(
        self, name, argv, agent, *, shapes=False, coded=True, tries=1, clock=True, tells=True
    ):
        self.name, self.argv, self.agent = name, argv, agent
        self.shapes, self.coded, self.tries, self.clock, self.tells = shapes, coded, tries, clock, tells

    def start(self, env):
        return Program(self.argv, env)

    def code(self, code):
        """As the SDK calls it."""
        return f"{code}Exception" if self.shapes and code == "InvalidIdentityToken" else code

    def trusting(self, ca, folder):
        """The SDK, and the variables, by which it trusts a private CA."""
        return self, {"AWS_CA_BUNDLE": ca}


class Node(Sdk):
    def trusting(self, ca, folder):
        return self, {"AWS_CA_BUNDLE": None, "NODE_EXTRA_CA_CERTS": ca}


class Java(Sdk):
    def trusting(self, ca, folder):
        store = folder / "trust.p12"
        command = ["keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", ca, "-keystore", str(store)]
        subprocess.run([*command, "-storepass", "changeit"], check=True, capture_output=True)
        java, *rest = self.argv
        argv = [java, f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=changeit", *rest]
        return Java(self.name, argv, self.agent), {"AWS_CA_BUNDLE": None}


class Cli(Sdk):
    """The aws CLI: a process for each line."""

    def start(self, env):
        return Commands(self.argv, env)


class Program:
    """A running program."""

    PATIENCE = 60

    def __init__(self, argv, env):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(argv, env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], self.PATIENCE)[0]:
            self.process.kill()
            raise AssertionError(f"no answer to {line} in {self.PATIENCE} s")
        answer = self.process.stdout.readline()
        if not answer:
            raise AssertionError(f"it ended: {self.process.stderr.read().strip()}")
        return json.loads(answer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # It ends with its input.
        try:
            self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()


class Commands:
    def __init__(self, argv, env):
        self.argv, self.env = argv, env

    def ask(self, line):
        word, *names = line.split()
        if word == "secret":
            status, out, err = run([*self.argv, "secretsmanager", "get-secret-value", "--secret-id", *names], self.env)
        else:
            status, out, err = run([*self.argv, "sts", "get-caller-identity"], self.env)
        if status == 0:
            answer = json.loads(out)
            return {"secret": answer["SecretString"]} if word == "secret" else {"arn": answer["Arn"]}
        said = re.search(r"An error occurred \((\S+)\) when calling the \S+ operation(?: \([^)]*\))?: (.*)", err, re.S)
        return {"text": err} | ({"code": said[1], "message": said[2].rstrip()} if said else {})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def sdks(target):
    """Those that can be run here, by name; `target` is where tools/clients.sh built them."""
    known = [
        Sdk("boto3", [sys.executable, str(HERE / "python/client.py")], "Boto3/", clock=False),
        Cli("aws", [str(pathlib.Path(sys.executable).with_name("aws"))], "aws-cli/", clock=False),
    ]
    built = pathlib.Path(target)
    if (program := built / "go/client").exists():
        known.append(Sdk("go", [str(program)], "aws-sdk-go-v2/", tries=3))
    if (program := built / "js/client.js").exists():
        known.append(Node("js", ["node", "--no-warnings", str(program)], "aws-sdk-js/", shapes=True, tells=False))
    if (built / "java/Client.class").exists():
        # The first tier of the compiler is the fastest for a program that ends soon.
        options = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", f"{built}/java:{built}/java/jars/*"]
        known.append(Java("java", ["java", *options, "Client"], "aws-sdk-java/", coded=False, tells=False))
    return {sdk.name: sdk for sdk in known}
