#!/usr/bin/env bash
# Every check, one after the other; a failed one does not keep the next from running. Whole outputs go to target/test/,
# and are searched for secrets. `--long` adds what needs more than `make test`'s minutes.
source "$(dirname "$0")/lib.sh"
need_basics
logs=$target/test
rm -rf "$logs"
mkdir -p "$logs"
: >"$target/not-run.txt"
export IRSA_LONG=
[ "${1:-}" != --long ] || IRSA_LONG=1

passed=0
failed=0
failures=()
times=()

# step NAME COMMAND…: runs it. A `suite` must have run a test, too; its counts are added up.
step() {
    local name=$1 begin=$SECONDS log=$logs/$1.log
    shift
    echo "== $name"
    if ! "$@" 2>&1 | tee "$log" | hush; then
        failures+=("$name (its whole output: $log)")
    fi
    times+=("$(printf '%5ds  %s' $((SECONDS - begin)) "$name")")
}

suite() {
    step "$@"
    local counts
    counts=$(awk '/^test result: / { p += $4; f += $6 } /^([a-z0-9-]+: )?[0-9]+ passed, [0-9]+ failed/ {
        sub(/^[a-z0-9-]+: /, ""); p += $1; f += $3 } END { print p + 0, f + 0 }' "$logs/$1.log")
    passed=$((passed + ${counts% *}))
    failed=$((failed + ${counts#* }))
    [ "${counts% *}" -gt 0 ] || failures+=("$1 ran no test")
}

# Leaves out what passed tests printed, and their names.
hush() {
    awk '/^successes:$/ { hidden = 1 } /^(failures:$|test result)/ { hidden = 0 }
        !hidden && !/^test .* \.\.\. ok$/ && !/^$/ && !/^running [0-9]+ tests?$/ { print; fflush() }'
}

suite cargo cargo test --workspace --exclude irsa-benches --locked --no-fail-fast -- --show-output
step vectors tools/wasm.sh test
step vectors-c tools/vectors_c.sh
suite differential tools/differential.sh
step instructions tools/instructions.sh
suite features cargo test -q --locked -p irsa --all-features --test tasks --test aws --test object_store
suite examples cargo test -q --locked -p irsa --all-features --doc
suite soak cargo run -q --locked -p irsa-soak
suite clients tools/clients.sh
suite ministack tools/judge.sh ministack
suite moto tools/judge.sh moto
suite schemas tools/judge.sh schemas
suite c tools/c.sh
suite c-install tools/c_install.sh
suite c-examples tools/examples_c.sh
suite fuzz tools/fuzz.sh
if [ -n "$IRSA_LONG" ]; then
    for peer in minio kube; do
        ! optional go "$peer" "$GO_HOW" || suite "$peer" tools/judge.sh "$peer"
    done
    step dist tools/dist.sh
    suite reproduce tools/reproduce.sh
fi
suite image python3 tests/judges/oci.py ${IRSA_LONG:+"$target/dist"}
step demo tools/demo.sh
step readme python3 tools/readme.py "$logs/demo.log"
step lint tools/lint.sh
step secrets tools/secrets.sh "$logs"

echo "== times"
printf '%s\n' "${times[@]}"
if [ -s "$target/not-run.txt" ]; then
    echo "== not run"
    cat "$target/not-run.txt"
    [ "${CI:-}" != true ] || failures+=("under CI=true everything has to run")
fi
echo "== summary"
grep -hE '^(test result: |([a-z0-9-]+: )?[0-9]+ passed, )' "$logs"/*.log
for failure in ${failures[@]+"${failures[@]}"}; do
    echo "FAILED: $failure"
done
tail -n 1 "$logs/lint.log" | grep '^lint: advisories' || true
echo "total: $passed passed, $failed failed"
[ ${#failures[@]} -eq 0 ]
