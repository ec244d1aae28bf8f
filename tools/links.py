"""Names every relative link of a Markdown file that leads nowhere."""

import pathlib
import re
import subprocess
import sys


def main():
    files = subprocess.check_output(["git", "ls-files", "*.md"], text=True).split()
    broken = []
    for file in map(pathlib.Path, files):
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", file.read_text()):
            if "://" not in link and not (file.parent / link).exists():
                broken.append(f"{file}: {link}")
    if broken:
        sys.exit("links that lead nowhere:\n  " + "\n  ".join(broken))


main()
