#!/usr/bin/env bash
# fuzz.sh [--long] [TARGET…]: coverage-guided fuzzing of every reader, by libFuzzer on the pinned stable toolchain (the
# code under test has no `unsafe`, so a sanitizer would find nothing that the checks of the release profile do not).
# First the whole corpus (made of the vectors), then so many executions that a target has at least 100,000; with --long
# ten minutes a target, on a corpus that stays in target/fuzz/kept. What breaks a target lies in target/fuzz/found, and
# goes into tests/fuzz/seeds/<target>/ with the fix.
source "$(dirname "$0")/lib.sh"
need_basics
optional c++ "fuzz" "install a C++ compiler: apt-get install g++ (Debian), dnf install gcc-c++ (Fedora)" || exit 0
need python3 "install Python 3.10 or later by your package manager"
long=
[ "${1:-}" != --long ] || { long=1; shift; }
runs=100000
triple=$(rustc -vV | sed -n 's/^host: //p')
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for file in tests/fuzz/fuzz_targets/*.rs; do targets+=("$(basename "$file" .rs)"); done
fi

rm -rf "$target/fuzz/corpus"
mkdir -p "$target/fuzz/found" "$target/fuzz/logs"
python3 tools/fuzz_corpus.py "${IRSA_VECTORS:-$root/../shared/vectors}" tests/fuzz/seeds "$target/fuzz/corpus"

# What cargo-fuzz sets, without the sanitizer. With --target, build scripts and macros stay as they are.
flags="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
flags+=" -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares --cfg=fuzzing"
RUSTFLAGS="$flags" cargo build -q --release --locked --manifest-path tests/fuzz/Cargo.toml --target "$triple" \
    --target-dir "$target/fuzz/build"

# fuzz NAME: prints one line; false where something was found.
fuzz() {
    local name=$1 log=$target/fuzz/logs/$1.log corpus=$target/fuzz/corpus/$1 program
    program=$target/fuzz/build/$triple/release/$1
    local limits=(-timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=256 -max_len=65536 -artifact_prefix="$target/fuzz/found/$1-")
    mkdir -p "$corpus"
    local count
    count=$(find "$corpus" -type f | wc -l)
    [ "$count" -gt 0 ] || { echo "fuzz $name: it has no corpus"; return 1; }
    # Every file once, whatever the first one does to the fuzzer's mind.
    "$program" "${limits[@]}" -runs=0 "$corpus" >"$log" 2>&1 || { broken "$name" "$log"; return 1; }
    if [ -n "$long" ]; then
        mkdir -p "$target/fuzz/kept/$name"
        "$program" "${limits[@]}" -max_total_time=600 "$target/fuzz/kept/$name" "$corpus" >>"$log" 2>&1 ||
            { broken "$name" "$log"; return 1; }
    else
        # What it keeps on the way goes to a folder that is thrown away: the same seed, the same run.
        rm -rf "$target/fuzz/new/$name"
        mkdir -p "$target/fuzz/new/$name"
        "$program" "${limits[@]}" -seed=1 -runs=$((count + runs)) "$target/fuzz/new/$name" "$corpus" >>"$log" 2>&1 ||
            { broken "$name" "$log"; return 1; }
    fi
    local done
    done=$(sed -n 's/^Done \([0-9]*\) runs in .*/\1/p' "$log" | tail -n 1)
    [ "${done:-0}" -ge "$runs" ] || { echo "fuzz $name: only ${done:-no} executions"; return 1; }
    echo "fuzz $name: corpus $count, executions $done, $(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1) edges"
}

broken() {
    echo "fuzz $1: FAILED"
    grep -E "panicked at|ERROR: libFuzzer|Test unit written|assertion|left:|right:" -A1 "$2" | tail -n 12
}

# Two at a time; their lines in the order of their names.
export -f fuzz broken
export target triple long runs
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c 'fuzz {} >"$target/fuzz/logs/{}.line" 2>&1 || touch "$target/fuzz/logs/{}.bad"' || true
good=0
bad=0
for name in "${targets[@]}"; do
    cat "$target/fuzz/logs/$name.line"
    if [ -e "$target/fuzz/logs/$name.bad" ]; then bad=$((bad + 1)); else good=$((good + 1)); fi
    rm -f "$target/fuzz/logs/$name.bad"
done
echo "fuzz: $good passed, $bad failed"
[ "$bad" -eq 0 ]
