"""readme.py FILE: fails where the README's first console block shows anything that the demo, whose output FILE is, does not.

What differs from run to run is left out of the comparison: sessions, ids, signatures; `…` stands for anything.
"""

import pathlib
import re
import sys

CHANGING = [
    (r"assumed-role/checkout/\S+", "SESSION"),
    (r"AROA\S+", "ID"),
    (r"request id [\w…-]+", "REQUEST"),
    (r"\b[0-9a-f]{64}\b|\b[0-9a-f]{8}…[0-9a-f]{6}\b", "SIGNATURE"),
    (r'%\?}[01]"', "DIGIT"),
]


def steady(text):
    for pattern, word in CHANGING:
        text = re.sub(pattern, word, text)
    return text


def main(demo):
    readme = pathlib.Path("README.md").read_text()
    shown = steady(re.search(r"```console\n(.*?)```", readme, re.S)[1])
    output = steady(pathlib.Path(demo).read_text())
    at = 0
    for line in shown.splitlines():
        pattern = re.compile("^" + ".*".join(map(re.escape, line.split("…"))) + "$", re.M)
        found = pattern.search(output, at)
        if not found:
            sys.exit(f"README.md shows a line that the demo does not print (or not there):\n  {line}")
        at = found.end()
    print("README.md shows what the demo prints")


main(sys.argv[1])
