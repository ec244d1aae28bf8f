#!/usr/bin/env python3
"""What the library exports is what irsa.h declares, and each function has its tests and its example.

    symbols.py check HEADER LIBRARY        says what is missing, and prints `symbols: N passed, M failed`
    symbols.py examples HEADER OUT         a program that runs the example of each function
    symbols.py calls HEADER OUT            a call of each function with arguments that are made up: calls.py

The tests made of those (tests/generated) are NULL in place of each argument, a panic in each function, and bytes of
chance in each text. They need no edit when a function comes.
"""

import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from calls import calls
from header import Header

# Of the test library alone.
TESTS_OWN = {"irsa_test_panic"}


def main(what, header, path):
    header = Header(pathlib.Path(header).read_text())
    if what == "check":
        sys.exit(check(header, path))
    text = {"examples": examples, "calls": calls}[what](header)
    pathlib.Path(path).write_text(text)


def check(header, library):
    shown = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    exported = {line.split()[-1].split("@")[0] for line in shown.splitlines()} - TESTS_OWN
    known = {function.name: function for function in header.functions}
    passed = failed = 0
    for name in sorted(exported | header.prototypes | set(known)):
        wrong = list(faults(name, exported, header, known))
        for fault in wrong:
            print(f"FAILED {name}: {fault}")
        passed, failed = passed + (not wrong), failed + bool(wrong)
    print(f"symbols: {passed} passed, {failed} failed")
    return failed > 0 or passed == 0


def faults(name, exported, header, known):
    if not name.startswith("irsa_"):
        yield "the library exports it, and it is not irsa_*"
        return
    if name not in exported:
        yield "irsa.h declares it, and the library does not have it"
    if name not in header.prototypes:
        yield "the library exports it, and irsa.h does not declare it"
        return
    if name not in known:
        yield "its prototype is not understood, or has no comment: no NULL test and no test of a panic is made for it"
        return
    function = known[name]
    text = " ".join(function.comment)
    if not function.example():
        yield "its comment has no example"
    elif not re.search(rf"\b{name}\(", "\n".join(function.example())):
        yield "its example does not call it"
    if "Since 0." not in text:
        yield "its comment does not say since when it is there"
    for argument in function.arguments:
        if argument.type.count("*") == 2 and argument.pointee.rstrip("*") in header.opaque and not argument.is_const:
            if f"{argument.pointee.rstrip('*')}_free" not in known:
                yield f"it leaves {argument.name} with the caller, who has no {argument.pointee.rstrip('*')}_free"


def examples(header):
    out = ["/* Made by symbols.py. */", "#include <stdio.h>", "#include <stdlib.h>", "#include <string.h>", '#include "irsa.h"', ""]
    for function in header.functions:
        out += [f"static void example_{function.name}(void) {{"] + ["    " + line for line in function.example()] + ["}", ""]
    out += ["int main(void) {"]
    for function in header.functions:
        out += [f"    example_{function.name}();"]
    return "\n".join([*out, f'    puts("\\nexamples: {len(header.functions)} passed, 0 failed");', "    return 0;", "}", ""])


if __name__ == "__main__":
    main(*sys.argv[1:])
