"""Calls irsa_pure.wasm for the vector runner: on stdin a line `NAME JSON`, on stdout a line of JSON.

The module is given no imports and 64 MiB. A trap is answered as {"trap": its text}, and the next call gets a new
instance.
"""

import json
import sys

from wasmtime import Engine, Instance, Module, Store, Trap


# Far more than any call needs; what asks for more traps.
MEMORY = 64 << 20


class Pure:
    def __init__(self, engine, module):
        self.store = Store(engine)
        self.store.set_limits(memory_size=MEMORY)
        exports = Instance(self.store, module, []).exports(self.store)
        self.memory = exports["memory"]
        self.alloc, self.run, self.free = (exports["irsa_pure_" + name] for name in ("alloc", "call", "free"))

    def call(self, request):
        at = self.alloc(self.store, len(request))
        self.memory.write(self.store, request, at)
        answer = self.run(self.store, at, len(request)) & 0xFFFF_FFFF_FFFF_FFFF
        at, length = answer >> 32, answer & 0xFFFF_FFFF
        text = self.memory.read(self.store, at, at + length)
        self.free(self.store, at, length)
        return bytes(text)


def main(path):
    engine = Engine()
    module = Module.from_file(engine, path)
    pure = None
    for line in sys.stdin.buffer:
        try:
            pure = pure or Pure(engine, module)
            answer = pure.call(line.rstrip(b"\n").replace(b" ", b"\n", 1))
        except Trap as trap:
            pure, answer = None, json.dumps({"trap": str(trap)}).encode()
        sys.stdout.buffer.write(answer + b"\n")
        sys.stdout.buffer.flush()


main(sys.argv[1])
