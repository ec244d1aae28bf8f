#!/usr/bin/env bash
# Measures irsa, by itself (criterion) and beside its peers in one process, and prints one table.
# The peers are a workspace of their own, benches/peers, with a lock file of its own.
source "$(dirname "$0")/lib.sh"
need_basics
echo "bench: criterion"
cargo bench -q --locked -p irsa-benches -- --noplot 2>&1 | grep -E 'time:|^error' || true
echo "bench: irsa and its peers"
cargo build -q --release --locked --manifest-path benches/peers/Cargo.toml --target-dir "$target/peers"
"$target/peers/release/irsa-peers" --criterion "$target/criterion" "$@"
echo "bench: cold start"
venv clients
cargo build -q --locked --profile cli -p irsa-cli
cargo build -q --locked -p irsa-local
cargo build -q --release --locked --manifest-path benches/peers/Cargo.toml -p irsa-cold --target-dir "$target/peers"
cargo build -q --locked --profile ffi -p irsa-ffi --lib
mkdir -p "$target/cold"
ln -sf ../ffi/libirsa_ffi.so "$target/cold/libirsa.so.0"
cc -std=c99 -O2 -Wall -Wextra -Wpedantic -Werror -Iffi/c/include benches/peers/cold/libirsa.c -o "$target/cold/libirsa" -pthread \
    "$target/cold/libirsa.so.0" "-Wl,-rpath,$target/cold"
"$target/venv/clients/bin/python" tools/bench_cold.py "$target"
