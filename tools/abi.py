"""abi.py [--bless] [--abidiff]: holds irsa.h against ffi/c/abi.h, the binary interface that programs were promised.

abi.h is the header without its words: types, numbers and functions. Both are asked by the C compiler what they come to
(sizes, offsets, values) and must agree on everything that abi.h has; irsa.h may have more. Structs that begin with
`size`, and those that irsa alone makes (LENT), may grow at their end. `--bless` takes additions over; a change needs
another SONAME (ffi/c/build.rs), and then abi.h begins anew. `--abidiff` has libabigail judge as well.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEADER = pathlib.Path(os.environ.get("IRSA_HEADER", ROOT / "ffi/c/include/irsa.h"))
PROMISED = ROOT / "ffi/c/abi.h"
CC = os.environ.get("CC", "cc")
# Structs without `size` that programs only ever read, by a pointer that irsa gave them (rule 6 of the header).
LENT = {"irsa_http_request"}


def declarations(text):
    """What stands in a header: (kind, name, text) each, comments and preprocessor lines left out but for constants."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)
    constants = re.findall(r"^#define (IRSA_\w+) (\(?-?\w+\)?)$", text, re.M)
    text = re.sub(r"^\s*#.*$", "", text, flags=re.M)
    text = re.sub(r'extern "C" \{', "", text)
    text = re.sub(r"static inline [^{]*\{.*?\n\}", "", text, flags=re.S)
    text = " ".join(text.split())
    found = [("constant", name, value) for name, value in constants if name not in ("IRSA_H", "IRSA_VERSION")]
    at = 0
    while match := re.compile(r"\s*\}?\s*([^;{}]*(?:\{(?:[^{}]|\{[^{}]*\})*\}[^;{}]*)?;)").match(text, at):
        at, one = match.end(), match[1].strip()
        if one.startswith("typedef"):
            kind = one.split()[1] if "{" in one else "type"
            name = re.search(r"\(\s*\*\s*(\w+)\s*\)|(\w+)\s*;$", one)
            found.append((kind if kind in ("struct", "union", "enum") else "type", name[1] or name[2], one))
        else:
            found.append(("function", re.search(r"(\w+)\s*\(", one)[1], one))
    if text[at:].strip(" }"):
        sys.exit(f"irsa: error: abi.py cannot read {text[at:at + 80]!r}")
    return found


def members(text):
    """Names of the members of a struct or union; those of an unnamed one within it stand for themselves."""
    body = text[text.index("{") + 1 : text.rindex("}")]
    while inner := re.search(r"(?:struct|union)\s*\w*\s*\{([^{}]*)\}(\s*\w*)\s*;", body):
        name = inner[2].strip()
        body = body[: inner.start()] + (f"int {name};" if name else inner[1]) + body[inner.end() :]
    for part in filter(None, map(str.strip, body.split(";"))):
        yield (re.search(r"\(\s*\*\s*(\w+)", part) or re.search(r"(\w+)\s*(?:\[[^]]*\])?$", part))[1]


def may_grow(name, text):
    """By rule 6 of the header."""
    return name in LENT or re.match(r"[^{]*\{\s*size_t size;", text) is not None


def prototype(text):
    """A function without the names of its parameters, which bind nobody."""
    before, after = text.split("(", 1)
    parameters = re.split(r",(?![^(]*\))", after[: after.rindex(")")])
    nameless = [re.sub(r"(?<=[\s*])\w+$", "", one.strip()).strip() for one in parameters]
    return before + "(" + ", ".join(re.sub(r"\(\s*\*\s*\w+\s*\)", "(*)", one) for one in nameless) + ")"


def facts(path):
    """Each fact of a header by what it is about, as the compiler sees it."""
    found, lines = {}, []
    for kind, name, text in declarations(path.read_text()):
        if kind == "function":
            found[f"{kind} {name}"] = prototype(text)
        elif kind == "type":
            found[f"{kind} {name}"] = text
        elif kind == "constant":
            lines.append(f'printf("value {name}\\t%jd\\n", (intmax_t)({name}));')
        elif kind == "enum":
            for value in re.findall(r"(\w+)\s*(?:=[^,}]*)?[,}]", text[text.index("{") :]):
                lines.append(f'printf("value {name} {value}\\t%jd\\n", (intmax_t){value});')
        else:
            lines.append(f'printf("size {name}\\t%zu\\n", sizeof({name}));')
            for member in members(text):
                of = f"(({name} *)0)->{member}"
                lines.append(
                    f'printf("member {name}.{member}\\tat %zu, %zu bytes\\n", offsetof({name}, {member}), sizeof({of}));'
                )
            body = text[text.index("{") + 1 : text.rindex("}")]
            found[f"members {name}"] = " ".join(body.split())
            if may_grow(name, text):
                found[f"grows {name}"] = "yes"
    with tempfile.TemporaryDirectory() as folder:
        source, program = pathlib.Path(folder, "facts.c"), pathlib.Path(folder, "facts")
        asked = f'#include <stdio.h>\n#include "{path}"\nint main(void) {{\n' + "\n".join(lines) + "\nreturn 0;\n}\n"
        source.write_text(asked)
        subprocess.run([CC, "-std=c11", "-o", program, source], check=True)
        printed = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    return found | dict(line.split("\t") for line in printed.splitlines())


def broken(was, now):
    """What of the promise no longer holds."""
    for about, then in was.items():
        has, name = now.get(about), about.split()[-1]
        grows = f"grows {name}" in now
        if has is None:
            yield f"{about}: gone, was {then}"
        elif grows and about.startswith("size ") and int(has) >= int(then):
            pass
        elif grows and about.startswith("members ") and has.startswith(then):
            pass
        elif has != then:
            yield f"{about}: {has}, was {then}"
    for about in now.keys() - was.keys():
        struct, _, member = about.removeprefix("member ").partition(".")
        end = was.get(f"size {struct}")
        if end and int(now[about].split()[1].rstrip(",")) < int(end) and not member.startswith("reserved"):
            yield f"{about}: {now[about]}, within the {end} bytes of old, where programs have padding with anything in it; put a reserved member before it"


def write(found):
    """The promise as C: in the header's order, a declaration a line."""
    soname = re.search(r'SONAME: &str = "(\d+)"', (ROOT / "ffi/c/build.rs").read_text())[1]
    lines = [
        f"/* What libirsa.so.{soname} promises to the programs that are linked with it. Made of irsa.h by `make abi`. */",
        "#include <stddef.h>",
        "#include <stdint.h>",
    ]
    order = {"constant": 0, "enum": 1, "type": 2, "struct": 2, "union": 2, "function": 3}
    for kind, name, text in sorted(found, key=lambda one: order[one[0]]):
        if kind == "constant":
            lines.append(f"#define {name} {text}")
        elif "{" in text:
            body = text[text.index("{") + 1 : text.rindex("}")]
            within = [part.strip() for part in re.split(r"(?<=[;,])(?![^{]*\})", body) if part.strip()]
            lines += [text[: text.index("{") + 1], *("    " + part for part in within), "}" + text[text.rindex("}") + 1 :]]
        else:
            lines.append(re.sub(r"\( ", "(", text))
    PROMISED.write_text("\n".join(lines) + "\n")


def abidiff():
    """libabigail on two libraries that have nothing but the functions of either header."""
    with tempfile.TemporaryDirectory() as folder:
        for name, path in ("was", PROMISED), ("now", HEADER):
            source = pathlib.Path(folder, f"{name}.c")
            stubs = [text.rstrip(";") + " { __builtin_trap(); }" for kind, _, text in declarations(path.read_text()) if kind == "function"]
            source.write_text(f'#include "{path}"\n' + "\n".join(stubs) + "\n")
            library = pathlib.Path(folder, f"{name}.so")
            subprocess.run([CC, "-g", "-shared", "-fPIC", "-Wl,-soname,libirsa.so", "-o", library, source], check=True)
        growing = [name for kind, name, text in declarations(HEADER.read_text()) if kind == "struct" and may_grow(name, text)]
        allowed = pathlib.Path(folder, "allowed.ini")
        allowed.write_text(
            f"[suppress_type]\nname_regexp = ^({'|'.join(growing)})$\ntype_kind = struct\nhas_data_member_inserted_at = end\n"
        )
        command = ["abidiff", "--no-added-syms", "--suppressions", allowed, *(pathlib.Path(folder, f"{name}.so") for name in ("was", "now"))]
        run = subprocess.run(command, text=True, capture_output=True)
        if run.returncode:
            sys.exit(f"irsa: error: abidiff gives {run.returncode}:\n{run.stdout}{run.stderr}")
    print("abi: abidiff finds nothing that a program would not survive")


def main():
    if "--abidiff" in sys.argv:
        return abidiff()
    bless = "--bless" in sys.argv or "IRSA_BLESS" in os.environ
    now = facts(HEADER)
    if not PROMISED.exists() and bless:
        return write(declarations(HEADER.read_text()))
    was = facts(PROMISED)
    wrong = list(broken(was, now))
    if wrong:
        print("\n".join(f"abi: {line}" for line in wrong))
        sys.exit(
            "irsa: error: programs linked with an earlier libirsa would break\n"
            "irsa: fix: keep what they know and add beside it; or raise SONAME in ffi/c/build.rs, remove ffi/c/abi.h, make abi"
        )
    added = [about for about in now if about not in was]
    if bless:
        write(declarations(HEADER.read_text()))
    elif added:
        print(f"abi: {len(added)} additions are not in ffi/c/abi.h yet (make abi): {', '.join(added[:5])}, …")
    print(f"abi: {len(was)} facts hold")


main()
