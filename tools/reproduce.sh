#!/usr/bin/env bash
# After tools/dist.sh: builds the same commit once more, from a clone in another folder where nothing is built yet, and fails
# where the command differs by a byte.
source "$(dirname "$0")/lib.sh"
need_basics
triple=x86_64-unknown-linux-musl
[ -z "$(git status --porcelain)" ] || die "there are changes that a clone does not have" "commit them, then make dist"
again=$(mktemp -d)
trap 'rm -rf "$again"' EXIT
git clone -q --no-checkout "$root" "$again/elsewhere"
git -C "$again/elsewhere" checkout -q "$(git rev-parse HEAD)"
mkdir -p "$again/built/venv"
ln -s "$target/venv/dist" "$again/built/venv/dist"
CARGO_TARGET_DIR=$again/built IRSA_DIST=$again/dist "$again/elsewhere/tools/dist.sh" "$triple"
same=0
for name in irsa irsa-local; do
    if cmp "$target/dist/$name-$triple" "$again/dist/$name-$triple"; then
        same=$((same + 1))
    fi
done
echo "$same passed, $((2 - same)) failed"
[ "$same" = 2 ]
