"""static.py FILE…: fails where a command needs anything of the machine it runs on, or is too large.

Reads the ELF (System V gABI, chapter 5): no interpreter (PT_INTERP), no library (DT_NEEDED), no executable stack, no segment
that is writable and executable, no path of the machine that built it.
"""

import pathlib
import re
import struct
import sys

MACHINES = {"x86_64": 62, "aarch64": 183}
# Bytes, by the command's name.
LIMITS = {"irsa": 4_000_000}
PT_DYNAMIC, PT_INTERP, PT_GNU_STACK = 2, 3, 0x6474E551
DT_NEEDED = 1


def faults(path, data):
    if data[:6] != b"\x7fELF\x02\x01":
        return ["no ELF of 64 bits, little endian"]
    kind, machine = struct.unpack_from("<HH", data, 16)
    (headers,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    found = []
    wanted = next((number for name, number in MACHINES.items() if name in path.name), machine)
    if machine != wanted or kind not in (2, 3):
        found.append(f"machine {machine}, type {kind}")
    for i in range(count):
        what, flags, at, _, _, length = struct.unpack_from("<IIQQQQ", data, headers + i * size)
        if what == PT_INTERP:
            found.append(f"it wants the interpreter {data[at : at + length].decode()}")
        if what == PT_DYNAMIC:
            needed = [1 for tag, _ in struct.iter_unpack("<QQ", data[at : at + length]) if tag == DT_NEEDED]
            found += [f"it needs {len(needed)} libraries"] if needed else []
        if what == PT_GNU_STACK and flags & 1:
            found.append("its stack can be executed")
        if what == 1 and flags & 3 == 3:
            found.append("memory that can be written to can be executed")
    name = re.sub(r"-(x86_64|aarch64).*", "", path.name)
    if len(data) > LIMITS.get(name, sys.maxsize):
        found.append(f"{len(data)} bytes, more than {LIMITS[name]}")
    here = {str(pathlib.Path.home()), str(pathlib.Path.cwd())} - {"/"}
    for place in here:
        at = data.find(place.encode() + b"/")
        if at >= 0:
            found.append(f"it holds {data[at : at + 80].split(bytes(1))[0]!r}")
    return found


def main():
    failed = False
    for path in map(pathlib.Path, sys.argv[1:]):
        data = path.read_bytes()
        found = faults(path, data)
        failed |= bool(found)
        print(f"static: {path.name}: {len(data)} bytes{''.join('; ' + fault for fault in found)}")
    sys.exit(failed)


main()
