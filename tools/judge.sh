#!/usr/bin/env bash
# judge.sh PEER [ARGUMENT…]: builds the commands and has tests/judges/PEER.py judge them, with the Python packages of
# tools/python/PEER.txt. It ends with a line `N passed, N failed`.
source "$(dirname "$0")/lib.sh"
need_basics
venv "$1"
cargo build -q --locked -p irsa-cli -p irsa-local
exec "$target/venv/$1/bin/python" "tests/judges/$1.py" "$target/debug" "${@:2}"
