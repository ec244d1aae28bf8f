#!/usr/bin/env bash
# c.sh [--long] [TEST…]: the tests in C of libirsa (ffi/c/tests), where some are named (as ctest's -R) those alone:
#   plain      as they are
#   sanitized  the tests under ASan, UBSan and LSan. The library is not instrumented: seen is what the tests do with its
#              memory, what it frees twice or not at all, and what it hands to libc; not its own loads and stores.
#   memcheck   under valgrind, which sees those, too; --long: all, else those that take seconds
# The library is a debug build with the feature panic-injection, in target/c. It ends with a line for each.
source "$(dirname "$0")/lib.sh"

# has COMMAND PACKAGE: gets it where that is possible.
has() {
    command -v "$1" >/dev/null && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { apt-get install -qq -y "$2" || { apt-get update -qq && apt-get install -qq -y "$2"; }; } >/dev/null 2>&1 || true
    fi
}

need_basics
for tool in gcc:gcc g++:g++ cmake:cmake ctest:cmake valgrind:valgrind python3:python3; do
    has "${tool%:*}" "${tool#*:}"
done
need python3 "install Python 3.10 or later by your package manager"
for tool in gcc g++ cmake; do
    optional $tool "the tests in C" "apt-get install gcc g++ cmake (Debian), dnf install gcc gcc-c++ cmake (Fedora)" || exit 0
done
valgrind=
! optional valgrind "the tests in C under valgrind" "apt-get install valgrind (Debian), dnf install valgrind (Fedora)" ||
    valgrind=$(command -v valgrind)
long=${IRSA_LONG:-}
[ "${1:-}" != --long ] || { long=1; shift; }
only=${*:-}
only=${only// /|}

built=$target/c
mkdir -p "$built/lib" "$built/logs" "$built/home"
cargo build -q --locked -p irsa-cli -p irsa-local
cargo build -q --locked -p irsa-ffi --features panic-injection --target-dir "$built/cargo"
for name in libirsa.so libirsa.so.0; do
    ln -sf ../cargo/debug/libirsa_ffi.so "$built/lib/$name"
done

passed=0
failed=0

# tests FOLDER SANITIZER VALGRIND: builds them.
tests() {
    cmake -S ffi/c -B "$built/$1" -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ -DCMAKE_BUILD_TYPE=None --no-warn-unused-cli \
        -DIRSA_LIB="$built/lib" -DIRSA_SANITIZER="$2" -DIRSA_VALGRIND="$3" \
        "-DIRSA_POD=$target/debug/irsa-local;run;--quiet;--config;$root/demo/irsa-local.yaml;--" >"$built/logs/$1.cmake" ||
        { tail -n 20 "$built/logs/$1.cmake"; die "cmake could not configure ffi/c in $built/$1"; }
    # What does not compile is not run, which fails; the rest is.
    cmake --build "$built/$1" -j "$(nproc)" -- -k >"$built/logs/$1.build" 2>&1 || {
        grep -E -A4 'error|Error' "$built/logs/$1.build" | head -n 60
        echo "FAILED: not all of the tests in C compile: $built/logs/$1.build"
        failed=$((failed + 1))
    }
}

# phase NAME FOLDER [ctest's options]: runs them in an environment of their own, prints what failed and one line.
phase() {
    local name=$1 folder=$2 log=$built/logs/$1.log good=1
    shift 2
    env -i PATH="$PATH" HOME="$built/home" AWS_EC2_METADATA_DISABLED=true \
        ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1 \
        ctest --test-dir "$built/$folder" -j "$(nproc)" --output-on-failure ${only:+-R "$only"} "$@" >"$built/logs/$name.ctest" 2>&1 || good=
    cp "$built/$folder/Testing/Temporary/LastTest.log" "$log"
    [ -n "$good" ] || cat "$built/logs/$name.ctest"
    awk -v name="$name" '
        /^[a-z0-9_-]+: [0-9]+ passed, [0-9]+ failed$/ { p += $2; f += $4; programs++ }
        /^Test Failed\.$|^Test timed out|^Test Not Run/ { broken++ }
        END {
            if (broken > f) f = broken
            printf "c-%s: %d passed, %d failed (%d programs)\n", name, p, f, programs
            exit f > 0 || p == 0
        }' "$log" || good=
    if [ -n "$good" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

tests plain "" "$valgrind"
tests sanitized address,undefined ""
phase plain plain -L '^run$'
phase sanitized sanitized -L '^run$'
if [ -n "$valgrind" ]; then
    if [ -n "$long" ]; then phase memcheck plain -L memcheck; else phase memcheck plain -L memcheck -LE long; fi
fi
[ "$failed" -eq 0 ]
