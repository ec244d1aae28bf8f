#!/usr/bin/env bash
# wasm.sh build        builds tests/pure for wasm32-unknown-unknown and proves that it imports nothing
# wasm.sh test [SET…]  and runs the vector sets through it, beside the native run
source "$(dirname "$0")/lib.sh"
need_basics
rust_target wasm32-unknown-unknown
cargo build -q --locked -p irsa-pure --target wasm32-unknown-unknown
module=$target/wasm32-unknown-unknown/debug/irsa_pure.wasm
need python3 "install Python 3.10 or later by your package manager"
python3 tools/wasm_imports.py "$module"
if [ "${1:-}" = test ]; then
    shift
    venv wasmtime
    cargo run -q --locked -p irsa-vectors -- --wasm "$target/venv/wasmtime/bin/python" "$module" "$@"
fi
