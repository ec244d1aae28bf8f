"""Fails, and names them, where a WebAssembly module imports anything. WebAssembly core specification, 5.5 (modules)."""

import sys


def number(data, at):
    """An unsigned LEB128 number, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def text(data, at):
    length, at = number(data, at)
    return data[at : at + length].decode(), at + length


def imports(data):
    """How many imports there are, and the first of them; its kind and type are not looked at."""
    if data[:8] != b"\0asm\1\0\0\0":
        sys.exit("not a WebAssembly module")
    at = 8
    while at < len(data):
        section = data[at]
        size, at = number(data, at + 1)
        if section == 2:
            count, at = number(data, at)
            module, at = text(data, at)
            return count, f"{module}.{text(data, at)[0]}"
        at += size
    return 0, None


def main(path):
    with open(path, "rb") as file:
        data = file.read()
    count, first = imports(data)
    if count:
        sys.exit(f"{path} imports {count} items, the first is {first}: what it reaches is not pure")
    print(f"irsa_pure.wasm imports nothing ({len(data) // 1024} KiB)")


main(sys.argv[1])
