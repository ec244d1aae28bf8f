"""oci.py FOLDER --version V --commit C --time SECONDS TRIPLE=FILE…: an OCI image layout with the command irsa in it.

OCI image specification 1.1: image-layout, image-index, manifest, config, layer. The image is the command, its licences and
a /tmp, for a user that is not root; nothing else, so no shell and no certificates (irsa has Mozilla's roots built in, and
AWS_CA_BUNDLE or SSL_CERT_FILE name others). The same arguments give the same bytes: layers are plain tar, since a gzip of
another version packs differently.
"""

import argparse
import datetime
import hashlib
import io
import json
import pathlib
import shutil
import tarfile

TYPES = "application/vnd.oci.image."
PLATFORMS = {
    "x86_64": {"architecture": "amd64", "os": "linux"},
    "aarch64": {"architecture": "arm64", "os": "linux", "variant": "v8"},
}
# The number that distroless images call nonroot. Kubernetes sees from a number that it is not root.
USER = "65532:65532"
SOURCES = pathlib.Path(__file__).resolve().parents[1]


def layer(command, time):
    """The root file system, as a tar archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:

        def add(name, mode, content=None):
            entry = tarfile.TarInfo(name)
            entry.mode, entry.mtime = mode, time
            if content is None:
                entry.type = tarfile.DIRTYPE
                tar.addfile(entry)
            else:
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))

        add("irsa", 0o755, command)
        add("licenses", 0o755)
        for name in ("LICENSE-APACHE", "LICENSE-MIT"):
            add(f"licenses/{name}", 0o644, (SOURCES / name).read_bytes())
        add("tmp", 0o1777)
    return out.getvalue()


class Layout:
    def __init__(self, folder):
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "blobs/sha256").mkdir(parents=True)

    def blob(self, kind, data):
        """Stores it; the descriptor that leads to it."""
        if not isinstance(data, bytes):
            data = json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
        digest = hashlib.sha256(data).hexdigest()
        (self.folder / "blobs/sha256" / digest).write_bytes(data)
        return {"mediaType": TYPES + kind, "digest": f"sha256:{digest}", "size": len(data)}

    def write(self, name, value):
        (self.folder / name).write_text(json.dumps(value, sort_keys=True, separators=(",", ":")) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--commit", required=True)
    parser.add_argument("--time", type=int, required=True)
    parser.add_argument("commands", nargs="+", metavar="TRIPLE=FILE")
    args = parser.parse_args()
    created = datetime.datetime.fromtimestamp(args.time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    title = "org.opencontainers.image."
    notes = {
        title + "created": created,
        title + "description": "AWS credentials and signed requests for a pod with a service account",
        title + "licenses": "Apache-2.0 OR MIT",
        title + "revision": args.commit,
        title + "title": "irsa",
        title + "version": args.version,
    }
    layout = Layout(args.folder)
    manifests = []
    for triple, file in (command.split("=", 1) for command in args.commands):
        platform = PLATFORMS[triple.split("-")[0]]
        root = layout.blob("layer.v1.tar", layer(pathlib.Path(file).read_bytes(), args.time))
        config = {
            **platform,
            "config": {
                "Entrypoint": ["/irsa"],
                "Env": ["PATH=/"],
                "Labels": notes,
                "User": USER,
                "WorkingDir": "/",
            },
            "created": created,
            "history": [{"created": created, "created_by": "tools/oci.py", "comment": f"irsa {args.version}"}],
            # Of a plain tar the digest is that of the layer itself.
            "rootfs": {"type": "layers", "diff_ids": [root["digest"]]},
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": TYPES + "manifest.v1+json",
            "config": layout.blob("config.v1+json", config),
            "layers": [root],
            "annotations": notes,
        }
        manifests.append({**layout.blob("manifest.v1+json", manifest), "platform": platform})
    index = {"schemaVersion": 2, "mediaType": TYPES + "index.v1+json", "manifests": manifests, "annotations": notes}
    # One image for all machines, under one name: what `skopeo copy --all oci:FOLDER:VERSION` takes.
    whole = layout.blob("index.v1+json", index)
    whole["annotations"] = {title + "ref.name": args.version}
    layout.write("index.json", {"schemaVersion": 2, "mediaType": TYPES + "index.v1+json", "manifests": [whole]})
    layout.write("oci-layout", {"imageLayoutVersion": "1.0.0"})
    print(f"oci: {args.folder}: irsa {args.version}, {len(manifests)} machines, {whole['digest']}")


main()
