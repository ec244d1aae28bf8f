"""SDKs of others judge irsa-local, which to each has to be STS and Secrets Manager, refusals included, and `irsa serve`
and `irsa credential-process`, which have to give it credentials again and again. boto3 judges the other services.

    clients.py BUILT PROGRAMS [SDK…]      one or more of boto3, aws, services, go, js, java, curl; all that are there by
                                          default

Each SDK goes by its own chain from a pod's variables, in a program that programs.py describes.
"""

import concurrent.futures
import contextlib
import pathlib
import re
import sys
import tempfile
import time

from checks import Checks, clean_env, free_port, has_ipv6, same
from curl import Curl
from pod import ABROAD, OWN, REFUSALS, ROLE, SECOND, SECRET, SESSION, Pod, recorded, seconds
from programs import Sdk, sdks
from services import Services

EXCHANGE, CALL = "AssumeRoleWithWebIdentity", "GetCallerIdentity"
INVALID = "InvalidClientTokenId", "The security token included in the request is invalid"
# Seconds.
LIFETIME = 5
IPV6 = has_ipv6()
LOOPBACK = "[::1]" if IPV6 else "127.0.0.1"
MISMATCH = "The request signature we calculated does not match the signature you provided."


class Judge:
    """What one SDK says of a pod."""

    def __init__(self, sdk, pod, check):
        self.sdk, self.pod = sdk, pod
        self._check = check
        self.seen = self.started = 0

    def check(self, name, made):
        """A named check, to which the log's lines until then are no news."""
        self.news()
        self._check(f"{self.sdk.name}: {name}", made)

    def start(self, **more):
        """A program in a home of its own: the aws CLI keeps credentials there."""
        self.started += 1
        home = self.pod.folder / f"home{self.started}"
        home.mkdir()
        return self.sdk.start(self.pod.env(HOME=str(home), **more))

    def once(self, line, **more):
        """What a program says that is started for it."""
        with self.start(**more) as program:
            return program.ask(line)

    def news(self):
        """The access log's lines since the last look."""
        lines = self.pod.logged()
        new, self.seen = lines[self.seen :], len(lines)
        return new

    # What succeeds.

    def caller(self, answer):
        if not answer.get("arn", "").startswith(SESSION):
            raise AssertionError(answer)

    def secret(self, answer):
        # Compared without being printed.
        if "secret" not in answer:
            raise AssertionError(answer)
        if answer["secret"] != SECRET:
            raise AssertionError("another secret")

    def whoami(self):
        self.caller(self.once("whoami"))
        exchange, call = self.news()
        same("operations", [EXCHANGE, CALL], [exchange["operation"], call["operation"]])
        same("the key", exchange["accessKeyId"], call["accessKeyId"])
        for line in exchange, call:
            same("the user agent", self.sdk.agent, line["userAgent"][: len(self.sdk.agent)])

    def denied(self):
        answer = self.once("secret payroll")
        same("the code", "AccessDeniedException", answer.get("code"))
        text = (
            r"User: \S+ is not authorized to perform: secretsmanager:GetSecretValue on resource: payroll "
            "because no identity-based policy allows the secretsmanager:GetSecretValue action"
        )
        if not re.fullmatch(text, answer["message"]):
            raise AssertionError(answer)
        line = self.news()[-1]
        self.traced(answer, line)
        if "statement 0 (ReadTheShopsSecrets): Resource" not in line["why"][0]:
            raise AssertionError(line)

    def credential_process(self):
        """The SDK's own variables are unset: web identity would win."""
        words = [f"{name}={self.pod.variables[name]}" for name in OWN]
        words = ["env", "-u", "AWS_CONFIG_FILE", *words, self.pod.irsa, "credential-process"]
        config = self.pod.folder / "config"
        config.write_text(f"[default]\ncredential_process = {' '.join(words)}\n")
        return OWN | {"AWS_CONFIG_FILE": str(config)}

    def chained(self, role):
        """By a profile whose source is the web identity."""
        token = self.pod.variables["AWS_WEB_IDENTITY_TOKEN_FILE"]
        config = self.pod.folder / "chained"
        config.write_text(
            f"[profile first]\nrole_arn = {ROLE}\nweb_identity_token_file = {token}\n"
            f"[profile second]\nrole_arn = {role}\nsource_profile = first\nrole_session_name = judge\n"
        )
        return self.once("whoami", **OWN, AWS_CONFIG_FILE=str(config), AWS_PROFILE="second")

    def goes_on(self):
        answer = self.chained(SECOND)
        same("the caller", {"arn": "arn:aws:sts::111122223333:assumed-role/second/judge"}, answer)
        same("operations", [EXCHANGE, "AssumeRole", CALL], [line["operation"] for line in self.news()])

    def goes_nowhere(self):
        """That role trusts a provider alone."""
        answer = self.chained(ABROAD)
        text = rf"User: {SESSION}\S+ is not authorized to perform: sts:AssumeRole on resource: {ABROAD}"
        if self.sdk.coded:
            same("the code", "AccessDenied", answer.get("code"))
        if not re.search(text, answer["text"]):
            raise AssertionError(answer)
        self.traced(answer, self.news()[-1])

    def refreshes(self, agent=None, **more):
        """A program that goes on shows a second key, without having been refused in between."""
        with self.short_lived(), self.start(**more) as program:
            self.caller(program.ask("whoami"))
            time.sleep(LIFETIME + 1)
            self.caller(program.ask("whoami"))
        lines = self.news()
        before, after = [line["accessKeyId"] for line in lines if line["operation"] == CALL]
        same("a new key", True, before != after)
        agent = agent or self.sdk.agent
        agents = {line["userAgent"][: len(agent)] for line in lines if line["operation"] == EXCHANGE}
        same("who exchanged", {agent}, agents)

    def through_process(self):
        self.refreshes("irsa/", **self.credential_process())

    def through_serve(self):
        with self.short_lived(), self.pod.serve() as variables:
            self.refreshes("irsa/", **variables)

    def served_anew(self):
        """Another `irsa serve` in the place of the first has another authorization token, which the program reads."""
        place = ["--port", str(free_port()), "--auth-file", str(self.pod.folder / "authorization")]
        with self.short_lived(), contextlib.ExitStack() as stack:
            with self.pod.serve(*place) as variables:
                program = stack.enter_context(self.start(**variables))
                self.caller(program.ask("whoami"))
            with self.pod.serve(*place):
                time.sleep(LIFETIME + 1)
                self.caller(program.ask("whoami"))
        before, after = [line["accessKeyId"] for line in self.news() if line["operation"] == CALL]
        same("a new key", True, before != after)

    def shares(self):
        """Programs beside each other rest on one exchange."""
        with self.pod.serve(*(["--ipv6"] if IPV6 else [])) as variables:
            for _ in range(2):
                self.caller(self.once("whoami", **variables))
            self.secret(self.once("secret shop/db", **variables))
        same("operations", [EXCHANGE, CALL, CALL, "GetSecretValue"], [line["operation"] for line in self.news()])

    def not_served(self, token, words):
        """A wrong authorization token, or none."""
        with self.pod.serve() as variables:
            answer = self.once("whoami", **variables | {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token})
        self.told(answer, words)
        same("calls", [], [line["operation"] for line in self.news() if line["operation"] == CALL])

    def told(self, answer, words):
        """What `irsa serve` says is on its standard error and, where the SDK passes it on, in the program's error."""
        same("refused", True, "arn" not in answer)
        said = (self.pod.folder / "serve.log").read_text()
        if words not in said or (words in answer["text"]) != self.sdk.tells:
            raise AssertionError((said, answer))

    def served_refusal(self):
        with self.pod.serve(AWS_WEB_IDENTITY_TOKEN_FILE=self.pod.token("--expired")) as variables:
            answer = self.once("whoami", **variables)
        self.told(answer, "Token expired")

    def reads_anew(self):
        """What counts is what lies in the token's file when it exchanges."""
        token = self.pod.token()
        with self.short_lived(), self.start(AWS_WEB_IDENTITY_TOKEN_FILE=token) as program:
            self.caller(program.ask("whoami"))
            self.pod.token("--expired")
            time.sleep(LIFETIME + 1)
            same("refused", True, "Token expired" in program.ask("whoami").get("text", ""))
            self.pod.token()
            self.caller(program.ask("whoami"))

    @contextlib.contextmanager
    def short_lived(self):
        """Credentials live for seconds. Some SDKs exchange again at each call then, some at the end."""
        self.pod.fault(f"lifetime {LIFETIME}s")
        try:
            yield
        finally:
            self.pod.fault("lifetime off")

    def retries(self, line):
        """It takes these for what they are at AWS: worth another try."""
        self.pod.fault(line)
        self.caller(self.once("whoami"))
        tried = [line["status"] for line in self.news() if line["operation"] == EXCHANGE]
        same("tries", (2, 200), (len(tried), tried[-1]))

    def skewed(self, clock, code, text, line, **more):
        """The server's `Date` tells it, and it signs again; or it says what the server says."""
        self.pod.fault(f"clock {clock}")
        try:
            answer = self.once(line, **more)
        finally:
            self.pod.fault("clock 0s")
        calls = [line["outcome"] for line in self.news() if line["operation"] != EXCHANGE]
        same("outcomes", [code, "OK"] if self.sdk.clock else [code], calls)
        if self.sdk.clock:
            (self.caller if line == "whoami" else self.secret)(answer)
        elif not re.fullmatch(text, answer["message"]):
            raise AssertionError(answer)

    def clocks(self):
        early = r"Signature expired: \w+ is now earlier than \w+ \(\w+ - 15 min\.\)"
        late = r"Signature not yet current: \w+ is still later than \w+ \(\w+ \+ 15 min\.\)"
        json, query = "InvalidSignatureException", "SignatureDoesNotMatch"
        check = self.check
        check("STS's clock is ahead", lambda: self.skewed("+20m", query, early, "whoami"))
        check("Secrets Manager's clock is ahead", lambda: self.skewed("+20m", json, early, "secret shop/db"))
        # With keys that were had before: to such a server the token is of the future.
        keys = self.pod.keys()
        check("STS's clock is behind", lambda: self.skewed("-20m", query, late, "whoami", **keys))
        check("Secrets Manager's clock is behind", lambda: self.skewed("-20m", json, late, "secret shop/db", **keys))

    def in_run(self, *options):
        """Under irsa-local's own `run`."""
        argv = [self.pod.irsa_local, "run", "--config", self.pod.config, "--quiet", *options, "--", *self.sdk.argv]
        with type(self.sdk)(self.sdk.name, argv, self.sdk.agent).start(clean_env(HOME=str(self.pod.folder))) as program:
            self.secret(program.ask("secret shop/db"))

    # What is refused.

    def traced(self, answer, line):
        """Status and request id are those of the log; the aws CLI shows neither."""
        if "status" in answer:
            same("the status", str(line["status"]), str(answer["status"]))
            same("the request id", line["requestId"], answer["requestId"])
        elif self.sdk.name != "aws":
            same("shown", (True, True), (line["requestId"] in answer["text"], str(line["status"]) in answer["text"]))

    def refused(self, program, token, code, text):
        self.pod.token(*token)
        answer, lines = program.ask("whoami"), self.news()
        if self.sdk.coded:
            same("the code", self.sdk.code(code), answer.get("code"))
            same("the text", text, seconds(answer["message"]))
        elif text not in seconds(answer.get("text", "")):
            raise AssertionError(answer)
        tries = self.sdk.tries if code == "InvalidIdentityToken" else 1
        same("what was sent", [(EXCHANGE, code)] * tries, [(line["operation"], line["outcome"]) for line in lines])
        same("the log says why", True, all(line["why"] for line in lines))
        self.traced(answer, lines[-1])

    def refusals(self):
        """A program for each role; its token changes under it."""
        token = str(self.pod.folder / "token")
        for role in dict.fromkeys(role for _, _, role, _, _ in REFUSALS):
            with self.start(AWS_WEB_IDENTITY_TOKEN_FILE=token, AWS_ROLE_ARN=role) as program:
                for name, options, _, code, text in [refusal for refusal in REFUSALS if refusal[2] == role]:
                    self.check(f"refused: {name}", lambda what=(options, code, text): self.refused(program, *what))
                if role == ROLE:
                    self.pod.token()
                    self.check("after refusals a good token is taken", lambda: self.caller(program.ask("whoami")))

    def spoilt(self, code, text, **changed):
        answer = self.once("whoami", **self.pod.keys(**changed))
        same("the code", code, answer.get("code"))
        if not answer["message"].startswith(text):
            raise AssertionError(answer["message"].partition("\n")[0])
        self.traced(answer, self.news()[-1])
        return answer["message"]

    def another_region(self):
        text = "Credential should be scoped to a valid region"
        self.spoilt("SignatureDoesNotMatch", text, AWS_REGION="us-east-1", AWS_DEFAULT_REGION="us-east-1")

    def spoilt_secret_key(self):
        message = self.spoilt("SignatureDoesNotMatch", MISMATCH, AWS_SECRET_ACCESS_KEY="x" * 40)
        for part in ("The Canonical String for this request should have been", "The String-to-Sign should have been"):
            if part not in message:
                raise AssertionError(message)

    def ended(self):
        """Their end is judged before the signature, whose time is as wrong."""
        keys = self.pod.keys()
        self.pod.fault("clock +2h")
        try:
            answer = self.once("whoami", **keys)
        finally:
            self.pod.fault("clock 0s")
        same("the code", "ExpiredToken", answer.get("code"))
        same("the text", "The security token included in the request is expired", answer["message"])

    def all(self, tls):
        check = self.check
        check("gets credentials by itself", self.whoami)
        check("reads the secret", lambda: self.secret(self.once("secret shop/db")))
        check("goes on to another role", self.goes_on)
        check("refused: a role that does not trust the first", self.goes_nowhere)
        check("refused: another region in the signature", self.another_region)
        check("is refused another secret, and the log says why", self.denied)
        check("through irsa credential-process, and takes new credentials", self.through_process)
        check("through irsa serve, and takes new credentials", self.through_serve)
        check("through irsa serve that was started anew", self.served_anew)
        check(f"through irsa serve on {LOOPBACK}, one exchange for several", self.shares)
        wrong = self.pod.folder / "wrong"
        wrong.write_text("wrong")
        for token, what, words in (str(wrong), "another", "another token in"), (None, "no", "no header"):
            refusal = (token, f"{words} Authorization")
            check(f"irsa serve refuses {what} authorization token", lambda refusal=refusal: self.not_served(*refusal))
        check("irsa serve says why STS refuses", self.served_refusal)
        check("takes new credentials at the end of the old", self.refreshes)
        check("reads the token's file anew", self.reads_anew)
        for line in "throttle 1", "unavailable 1", "down 1ms":
            check(f"tries again: {line}", lambda line=line: self.retries(line))
        self.clocks()
        self.refusals()
        check("refused: another secret access key", self.spoilt_secret_key)
        check("refused: another session token", lambda: self.spoilt(*INVALID, AWS_SESSION_TOKEN="x" * 400))
        check("refused: no session token", lambda: self.spoilt(*INVALID, AWS_SESSION_TOKEN=None))
        check("refused: an unknown key", lambda: self.spoilt(*INVALID, AWS_ACCESS_KEY_ID="ASIA" + "Q" * 16))
        check("refused: credentials that have ended", self.ended)
        check(f"by TLS from a private CA, on {LOOPBACK}", lambda: self.private_ca(tls))
        if self.sdk.name == "aws":
            for options in [], ["--tls"], ["--issuer-loopback"]:
                check(" ".join(["under irsa-local run", *options]), lambda options=options: self.in_run(*options))

    def private_ca(self, tls):
        sdk, trust = self.sdk.trusting(tls.variables["AWS_CA_BUNDLE"], tls.folder)
        with sdk.start(tls.env(**trust)) as program:
            self.caller(program.ask("whoami"))
        before = len(tls.logged())
        with self.sdk.start(tls.env(AWS_CA_BUNDLE=None)) as program:
            answer = program.ask("whoami")
            same("refused without the CA", (True, before), ("arn" not in answer, len(tls.logged())))
            if not re.search("certificat|CERTIFICATE", answer["text"]):
                raise AssertionError(answer)


def judge(sdk, built, check):
    """An SDK, or what judges a pod."""
    with tempfile.TemporaryDirectory() as folder:
        folders = [pathlib.Path(folder, part) for part in ("plain", "tls")]
        for part in folders:
            part.mkdir()
        listen = ["--listen", "::1"] if IPV6 else []
        pod, tls = Pod(built, folders[0]), Pod(built, folders[1], "--tls", *listen)
        try:
            if isinstance(sdk, Sdk):
                Judge(sdk, pod, check).all(tls)
            else:
                sdk(pod, tls).all(check)
        finally:
            pod.close()
            tls.close()


def main(built, programs, *names):
    known = sdks(programs)
    if (curl := pathlib.Path(programs, "curl")).exists():
        known["curl"] = lambda pod, _: Curl(str(curl), pod)
    [aws] = known["aws"].argv
    known["services"] = lambda pod, tls: Services(pod, tls, aws)
    if unknown := set(names) - set(known):
        sys.exit(f"not among those that can be run here ({', '.join(known)}): {', '.join(unknown)}")
    check = Checks()
    recorded(check)
    # Beside each other: much of the time programs wait for credentials to end.
    with concurrent.futures.ThreadPoolExecutor(len(known)) as threads:
        for done in [threads.submit(judge, known[name], built, check) for name in names or known]:
            done.result()
    check.close()


main(*sys.argv[1:])
