#!/usr/bin/env bash
# vectors_c.sh [SET…]: the vector sets through libirsa.so, by the functions of irsa.h alone, beside the native run.
source "$(dirname "$0")/lib.sh"
need_basics
cargo build -q --locked -p irsa-ffi
cargo run -q --locked -p irsa-vectors-c -- "$target/debug/libirsa_ffi.so" "$@"
