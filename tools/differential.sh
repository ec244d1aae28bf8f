#!/usr/bin/env bash
# differential.sh [OPTION…]: generated requests signed by irsa, by aws-sigv4 and by botocore, a fixed seed; a million by
# each with IRSA_LONG set. With options those of tests/differential instead, such as `--seed 1 --case 1507`.
source "$(dirname "$0")/lib.sh"
need_basics
venv differential
cargo build -q --locked --profile differential --manifest-path benches/peers/Cargo.toml -p irsa-differential --target-dir "$target/peers"
if [ $# -eq 0 ]; then
    # Of two requests one is such that botocore has a signer for it.
    if [ -n "${IRSA_LONG:-}" ]; then set -- --count 2000000 --botocore-count 1000000; else set -- --count 100000 --botocore-count 20000; fi
fi
exec "$target/peers/differential/irsa-differential" --botocore "$target/venv/differential/bin/python" "$@"
