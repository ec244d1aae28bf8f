#!/usr/bin/env python3
"""man.py PROGRAM OUT: the man pages of `irsa`, made of its help pages."""

import pathlib
import re
import subprocess
import sys

program, out = sys.argv[1], pathlib.Path(sys.argv[2])


def ask(*words):
    return subprocess.run([program, *words], check=True, capture_output=True, text=True).stdout


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    text = re.sub(r"[^\x00-\x7f]", lambda char: f"\\[u{ord(char[0]):04X}]", text)
    return "\\&" + text if text.startswith(".") else text


VERSION = ask("--version").split()[1]
OVERVIEW = ask("help")
# In the overview's order; pages of their own for what is no command of it, too.
NAMES = re.findall(r"^  ([a-z-]+)\b", OVERVIEW, re.M)
EXITS = [
    ("0", "done"), ("2", "wrong arguments"), ("3", "wrong configuration"), ("4", "refused by AWS"),
    ("5", "network"), ("70", "a bug of irsa"),
]


def page(name, text):
    """Roff of a help page: its head, its usage, then paragraphs and lists of flags as they stand, then the example."""
    lines = text.rstrip("\n").split("\n")
    title = "irsa" if name == "irsa" else f"irsa-{name}"
    about = lines[0].split(": ", 1)[-1]
    usage, body, example = [], [], None
    for line in lines[1:]:
        if line.startswith("usage: "):
            usage.append(line[7:])
        elif line.startswith("       irsa "):
            usage.append(line.strip())
        elif body and body[-1].startswith("  ") and body[-1].endswith(",") and line.startswith("  "):
            body[-1] += " " + line.strip()
        elif line.startswith("example: "):
            example = line[9:]
        else:
            body.append(line)
    parts = [
        f'.TH {title.upper()} 1 "" "irsa {VERSION}" "irsa"',
        ".SH NAME", f"{roff(title)} \\- {roff(about)}",
        ".SH SYNOPSIS", ".nf", *(f".B {roff(line)}" for line in usage or ["irsa COMMAND [flags]"]), ".fi",
        ".SH DESCRIPTION",
    ]
    term = re.compile(r"^  (\S.*?)(?:  +(.*))?$")
    for line, after in zip(body, [*body[1:], ""]):
        if name == "irsa" and line[:1].strip() and after.startswith("  "):
            parts.append(f".SS {roff(line)}")
        elif not line.strip():
            parts.append(".PP")
        elif line.startswith(" " * 10) and line.strip():
            parts.append(roff(line.strip()))
        elif match := term.match(line):
            parts += [".TP", f".B {roff(match[1])}", *([roff(match[2])] if match[2] else [])]
        else:
            parts.append(roff(line))
    if example:
        parts += [".SH EXAMPLE", ".nf", f".B {roff(example)}", ".fi"]
    parts += [".SH EXIT STATUS"]
    for code, meaning in EXITS:
        parts += [".TP", f".B {code}", meaning]
    others = [other for other in ["irsa", *NAMES] if other != name]
    titles = ["irsa" if other == "irsa" else f"irsa-{other}" for other in others]
    parts += [".SH SEE ALSO", ", ".join(f"\\fB{roff(other)}\\fR(1)" for other in titles)]
    # Two breaks in a row, or one before a heading, are none.
    text = "\n".join(parts) + "\n"
    text = re.sub(r"(\.PP\n)+(?=\.(PP|SH|TP))", "", text)
    return re.sub(r"(\.SH [A-Z ]+\n)(\.PP\n)+", r"\1", text)


pages = {"irsa.1": page("irsa", OVERVIEW)}
for name in NAMES:
    pages[f"irsa-{name}.1"] = page(name, ask("help", name))
if len(NAMES) < 10:
    sys.exit(f"man: only {len(NAMES)} commands in the overview")
out.mkdir(parents=True, exist_ok=True)
for path in out.glob("*.1"):
    path.unlink()
for name, text in pages.items():
    (out / name).write_text(text)
print(f"man: {len(pages)} pages")
