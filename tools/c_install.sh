#!/usr/bin/env bash
# c_install.sh [--long]: libirsa as one installs it. The checks are those of ffi/c/tests/install.py.
source "$(dirname "$0")/lib.sh"
need_basics
need python3 "install Python 3.10 or later by your package manager"
for tool in nm readelf ld objcopy; do
    need $tool "apt-get install binutils (Debian), dnf install binutils (Fedora)"
done
for tool in g++ cmake pkg-config; do
    optional $tool "libirsa as one installs it" "apt-get install g++ cmake pkg-config (Debian)" || exit 0
done
python3 tools/abi.py
if [ "${1:-}" = --long ] || [ -n "${IRSA_LONG:-}" ]; then
    ! optional abidiff "abidiff on libirsa's interface" "apt-get install abigail-tools (Debian)" ||
        python3 tools/abi.py --abidiff
fi
ffi/c/install.sh --build
cargo build -q --locked -p irsa-cli -p irsa-local
# The same with a function that panics, from the tests' library.
cargo build -q --locked -p irsa-ffi --features panic-injection --target-dir "$target/c/cargo"
exec python3 ffi/c/tests/install.py "$target" "$target/c/cargo/debug/libirsa_ffi.a"
