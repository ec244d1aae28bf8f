"""oci.py [DIST]: judges what `make dist` makes, by the texts of others: the OCI image specification 1.1, and ELF.

Without DIST an image of made-up commands is made and read, which takes no build. With it what lies there is: the commands
are run (another machine's by qemu-user, where there is one), and skopeo reads the layout where it is installed.
"""

import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

from checks import Checks, clean_env, run, same, succeed

ROOT = pathlib.Path(__file__).resolve().parents[2]
OCI = "application/vnd.oci.image."
TRIPLES = {"x86_64-unknown-linux-musl": "amd64", "aarch64-unknown-linux-musl": "arm64"}
TIME = 1_795_514_400


class Reader:
    """An image layout, read as a registry's client reads it: by descriptors alone, each digest and size checked."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.read = set()
        same("oci-layout", {"imageLayoutVersion": "1.0.0"}, json.loads((self.folder / "oci-layout").read_text()))

    def blob(self, descriptor, kind):
        same("mediaType", OCI + kind, descriptor["mediaType"])
        algorithm, digest = descriptor["digest"].split(":")
        if algorithm != "sha256" or not re.fullmatch("[0-9a-f]{64}", digest):
            raise AssertionError(f"digest {descriptor['digest']}")
        data = (self.folder / "blobs" / algorithm / digest).read_bytes()
        same("size", descriptor["size"], len(data))
        same("digest", digest, hashlib.sha256(data).hexdigest())
        self.read.add(digest)
        return data

    def document(self, descriptor, kind):
        document = json.loads(self.blob(descriptor, kind))
        if "schemaVersion" in document:
            same("schemaVersion", 2, document["schemaVersion"])
            same("mediaType inside", OCI + kind, document["mediaType"])
        return document

    def image(self, version):
        """The index that the name leads to."""
        index = json.loads((self.folder / "index.json").read_text())
        same("schemaVersion", 2, index["schemaVersion"])
        named = [m for m in index["manifests"] if m["annotations"]["org.opencontainers.image.ref.name"] == version]
        same("images of this name", 1, len(named))
        return self.document(named[0], "index.v1+json")

    def machines(self, version):
        """Each machine's config and layer, by its name."""
        found = {}
        for descriptor in self.image(version)["manifests"]:
            manifest = self.document(descriptor, "manifest.v1+json")
            config = self.document(manifest["config"], "config.v1+json")
            layers = [self.blob(layer, "layer.v1.tar") for layer in manifest["layers"]]
            same("rootfs type", "layers", config["rootfs"]["type"])
            digests = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]
            same("diff_ids of the unpacked layers", digests, config["rootfs"]["diff_ids"])
            full = [entry for entry in config["history"] if not entry.get("empty_layer")]
            same("layers in the history", len(layers), len(full))
            for field in ("architecture", "os", "variant"):
                same(field, descriptor["platform"].get(field), config.get(field))
            found[config["architecture"]] = (config, layers)
        return found


def members(layer):
    with tempfile.TemporaryFile() as file:
        file.write(layer)
        file.seek(0)
        with tarfile.open(fileobj=file, mode="r:") as tar:
            return {m.name: (m, tar.extractfile(m).read() if m.isfile() else None) for m in tar.getmembers()}


def make(folder, commands, commit="abc123", time=TIME):
    pairs = [f"{triple}={path}" for triple, path in commands.items()]
    argv = [sys.executable, str(ROOT / "tools/oci.py"), str(folder), "--version", "9.9.9", "--commit", commit]
    return succeed([*argv, "--time", str(time), *pairs], clean_env())


def judge(folder, version, commit, time, commands):
    reader = Reader(folder)
    machines = reader.machines(version)
    same("machines", sorted(TRIPLES[triple] for triple in commands), sorted(machines))
    for triple, path in commands.items():
        config, layers = machines[TRIPLES[triple]]
        files = {}
        for layer in layers:
            files.update(members(layer))
        if any(name.startswith("/") or ".." in name.split("/") for name in files):
            raise AssertionError(f"paths {sorted(files)}")
        for name, (entry, _) in files.items():
            same(f"owner and time of {name}", (0, 0, "", "", time), (entry.uid, entry.gid, entry.uname, entry.gname, entry.mtime))
            same(f"writable by others, {name}", name == "tmp", bool(entry.mode & 0o022))
        (program,) = config["config"]["Entrypoint"]
        entry, content = files[program.lstrip("/")]
        same("the command in the image", pathlib.Path(path).read_bytes(), content)
        same("its mode", 0o755, entry.mode)
        same("the mode of /tmp", 0o1777, files["tmp"][0].mode)
        user, group = config["config"]["User"].split(":")
        if not (user.isdigit() and group.isdigit() and int(user) > 0):
            raise AssertionError(f"user {user}")
        labels = config["config"]["Labels"]
        same("version", version, labels["org.opencontainers.image.version"])
        same("revision", commit, labels["org.opencontainers.image.revision"])
        same("created", config["created"], labels["org.opencontainers.image.created"])
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", config["created"]):
            raise AssertionError(f"created {config['created']}")
    blobs = {path.name for path in (pathlib.Path(folder) / "blobs/sha256").iterdir()}
    same("blobs that nothing leads to", set(), blobs - reader.read)


def tree(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(pathlib.Path(folder).rglob("*")) if p.is_file()}


def without_a_build(check, work):
    commands = {}
    for triple in TRIPLES:
        path = work / f"irsa-{triple}"
        path.write_bytes(f"the command for {triple}".encode() * 1000)
        path.chmod(0o600)  # what modes are here does not count
        commands[triple] = path

    def layout():
        make(work / "one", commands)
        judge(work / "one", "9.9.9", "abc123", TIME, commands)

    def again():
        for path in commands.values():
            path.touch()
        make(work / "two", commands)
        same("two layouts of the same", tree(work / "one"), tree(work / "two"))
        # Over an older one nothing is left of it.
        make(work / "one", commands, commit="def456")
        judge(work / "one", "9.9.9", "def456", TIME, commands)
        if tree(work / "one") == tree(work / "two"):
            raise AssertionError("another commit has the same layout")

    def spoilt():
        blobs = work / "two/blobs/sha256"
        largest = max(blobs.iterdir(), key=lambda path: path.stat().st_size)
        largest.write_bytes(largest.read_bytes().replace(b"command", b"commanD", 1))
        try:
            judge(work / "two", "9.9.9", "abc123", TIME, commands)
        except AssertionError:
            return
        raise AssertionError("a changed layer was not noticed")

    def dynamic():
        status, out, _ = run([sys.executable, str(ROOT / "tools/static.py"), sys.executable], clean_env())
        same("status for a program with an interpreter", (1, True), (status, "it wants the interpreter" in out))
        status, out, _ = run([sys.executable, str(ROOT / "tools/static.py"), str(commands["aarch64-unknown-linux-musl"])], clean_env())
        same("status for no program", (1, True), (status, "no ELF" in out))

    check("an image layout, read by descriptors alone", layout)
    check("the same input gives the same bytes", again)
    check("a changed byte is noticed", spoilt)
    check("a program that needs its machine is refused", dynamic)


def what_was_built(check, dist):
    commands = {triple: dist / f"irsa-{triple}" for triple in TRIPLES if (dist / f"irsa-{triple}").exists()}
    if not commands:
        raise SystemExit(f"nothing lies in {dist}")

    def sums():
        for line in (dist / "SHA256SUMS").read_text().splitlines():
            digest, name = line.split("  ")
            same(name, digest, hashlib.sha256((dist / name).read_bytes()).hexdigest())

    def version():
        _, out, _ = run([str(next(iter(commands.values()))), "--version"], clean_env())
        return re.fullmatch(r"irsa (\S+) \((\S+)\)\n", out).groups()

    def layout():
        number, commit = version()
        index = Reader(dist / "oci").image(number)
        created = index["annotations"]["org.opencontainers.image.created"]
        time = int(succeed(["date", "-u", "-d", created, "+%s"], clean_env()))
        judge(dist / "oci", number, commit, time, commands)

    def archive():
        number, _ = version()
        with tempfile.TemporaryDirectory() as folder:
            succeed(["tar", "-xf", str(dist / f"irsa-{number}-oci.tar"), "-C", folder], clean_env())
            same("the archive", tree(dist / "oci"), tree(folder))

    def static():
        succeed([sys.executable, str(ROOT / "tools/static.py"), *map(str, sorted(dist.glob("irsa*-linux-musl")))], clean_env())

    def runs(triple):
        machine = triple.split("-")[0]
        qemu = shutil.which(f"qemu-{machine}-static") or shutil.which(f"qemu-{machine}")
        native = subprocess.check_output(["uname", "-m"], text=True).strip() == machine
        if not native and not qemu:
            print(f"not run: {triple}: apt-get install qemu-user-static")
            return
        before = [] if native else [qemu]
        for name in ("irsa", "irsa-local"):
            out = succeed([*before, str(dist / f"{name}-{triple}"), "--version"], clean_env())
            if not out.startswith(name):
                raise AssertionError(out)
        env = clean_env(AWS_ACCESS_KEY_ID="AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY="IRSACANARY", AWS_REGION="eu-west-1")
        argv = [*before, str(dist / f"irsa-{triple}"), "sign", "https://sts.eu-west-1.amazonaws.com/"]
        if "Signature=" not in succeed(argv, env, 120):
            raise AssertionError("no signature")
        # A handshake with a name that is not there: the resolver of musl works, and says so.
        status, _, err = run([*argv[:-1], "--send", "https://sts.invalid/", "--service", "sts"], env, 120)
        same("exit code without such a host", (5, True), (status, "irsa: fix: " in err))

    def skopeo():
        number, commit = version()
        for architecture in (TRIPLES[triple] for triple in commands):
            argv = ["skopeo", "inspect", "--override-arch", architecture, f"oci:{dist / 'oci'}:{number}"]
            seen = json.loads(succeed(argv, clean_env(HOME="/nowhere")))
            same("what skopeo sees", (architecture, commit), (seen["Architecture"], seen["Labels"]["org.opencontainers.image.revision"]))

    check("checksums", sums)
    check("the image layout", layout)
    check("its archive", archive)
    check("static and small", static)
    for triple in commands:
        check(f"{triple} runs", lambda triple=triple: runs(triple))
    if shutil.which("skopeo"):
        check("skopeo reads the layout", skopeo)
    else:
        print("not run: skopeo: apt-get install skopeo")


def main():
    check = Checks()
    with tempfile.TemporaryDirectory() as work:
        without_a_build(check, pathlib.Path(work))
    if len(sys.argv) > 1:
        what_was_built(check, pathlib.Path(sys.argv[1]))
    check.close()


main()
