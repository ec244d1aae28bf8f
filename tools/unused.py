"""Names every dependency of the workspace that no source of its crate names, and every one of the root that no crate takes."""

import json
import pathlib
import re
import subprocess
import sys


def main():
    metadata = json.loads(subprocess.check_output(["cargo", "metadata", "--locked", "--no-deps", "--format-version", "1"]))
    root = pathlib.Path(metadata["workspace_root"])
    unused, taken = [], set()
    for package in metadata["packages"]:
        folder = pathlib.Path(package["manifest_path"]).parent
        sources = "\n".join(path.read_text() for path in folder.rglob("*.rs") if "target" not in path.parts)
        for dependency in package["dependencies"]:
            name = dependency["rename"] or dependency["name"]
            taken.add(name)
            crate = name.replace("-", "_")
            if not re.search(rf"\b{crate}::|\b(use|crate) {crate}\b", sources):
                unused.append(f"{folder.relative_to(root)}/Cargo.toml: {name}")
    table = (root / "Cargo.toml").read_text().split("[workspace.dependencies]")[1].split("\n[")[0]
    for name in re.findall(r"(?m)^([\w-]+) *=", table):
        if name not in taken:
            unused.append(f"Cargo.toml: {name}")
    if unused:
        sys.exit("no source names these dependencies:\n  " + "\n  ".join(unused))


main()
