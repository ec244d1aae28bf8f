#!/usr/bin/env bash
# instructions.sh [--record]: counts the instructions of irsa's own work and holds them against benches/instructions.txt,
# which gates where compiler and CPU are the recorded ones; or records them there. Signing through libirsa.so, as it is
# installed, is held against Rust's on this machine.
source "$(dirname "$0")/lib.sh"
need_basics
if [ "$(uname -s)" != Linux ]; then
    echo "instructions: NOT counted: that is for Linux alone"
    exit 0
fi
cargo build -q --release --locked --manifest-path benches/peers/Cargo.toml -p irsa-instructions --target-dir "$target/peers"
cargo build -q --profile ffi --locked -p irsa-ffi --lib
exec "$target/peers/release/irsa-instructions" benches/instructions.txt "$target/ffi/libirsa_ffi.so" "$@"
