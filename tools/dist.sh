#!/usr/bin/env bash
# What others install, in target/dist: static commands for x86_64 and aarch64, an OCI image layout, checksums.
# `dist.sh TRIPLE…` builds for these alone. The same commit gives the same bytes, wherever it lies and whoever builds it:
# one compiler with its own linker and musl, one C compiler (zig, by pip), no paths, the commit's time for the clock's.
source "$(dirname "$0")/lib.sh"
need_basics
venv dist
[ $# -gt 0 ] || set -- x86_64-unknown-linux-musl aarch64-unknown-linux-musl
dist=${IRSA_DIST:-$target/dist}
commit=$(git rev-parse --short=12 HEAD)
[ -z "$(git status --porcelain)" ] || commit=$commit-changed
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export IRSA_COMMIT=$commit SOURCE_DATE_EPOCH
export ZIG_GLOBAL_CACHE_DIR=$target/zig ZIG_LOCAL_CACHE_DIR=$target/zig

# zig VERB FILE ARGUMENTS: a script that passes on to zig, but for the target as clang spells it.
mkdir -p "$target/zig"
zig() {
    printf '#!/usr/bin/env bash\nfor word; do shift; case $word in --target=*) ;; *) set -- "$@" "$word" ;; esac; done\n' >"$2"
    printf 'exec %q -m ziglang %s %s "$@"\n' "$target/venv/dist/bin/python" "$1" "${*:3}" >>"$2"
    chmod +x "$2"
}

# Panics name source files: those of this machine's folders get the same names everywhere.
flags="-C linker=rust-lld -C link-self-contained=yes --remap-path-prefix=$root=/irsa"
cargo fetch -q --locked
for folder in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
    flags="$flags --remap-path-prefix=$folder=/crates"
done
for triple in "$@"; do
    rust_target "$triple"
    echo "dist: $triple"
    machine=${triple%%-*} name=${triple//-/_}
    zig cc "$target/zig/cc-$machine" -target "$machine-linux-musl" -fno-sanitize=all
    zig ar "$target/zig/ar-$machine"
    env "CC_$name=$target/zig/cc-$machine" "AR_$name=$target/zig/ar-$machine" RUSTFLAGS="$flags" \
        cargo build -q --locked --profile cli --target "$triple" -p irsa-cli -p irsa-local
done

rm -rf "$dist"
mkdir -p "$dist"
for triple in "$@"; do
    for name in irsa irsa-local; do
        cp "$target/$triple/cli/$name" "$dist/$name-$triple"
    done
done
python3 tools/static.py "$dist"/irsa-*
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
python3 tools/oci.py "$dist/oci" --version "$version" --commit "$commit" --time "$SOURCE_DATE_EPOCH" \
    $(for triple in "$@"; do echo "$triple=$dist/irsa-$triple"; done)
# plain_tar FOLDER FILE ENTRY…: what does not depend on when and by whom it is made.
plain_tar() {
    tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --format=ustar \
        -C "$1" -cf "$2" "${@:3}"
}
plain_tar "$dist/oci" "$dist/irsa-$version-oci.tar" blobs index.json oci-layout
# Manual and completions are the same for every machine; made by a command that runs on this one.
cargo build -q --locked -p irsa-cli
share=$target/share
rm -rf "$share"
mkdir -p "$share/bash-completion/completions" "$share/fish/vendor_completions.d" "$share/zsh/site-functions"
python3 tools/man.py "$target/debug/irsa" "$share/man/man1"
"$target/debug/irsa" completions bash >"$share/bash-completion/completions/irsa"
"$target/debug/irsa" completions fish >"$share/fish/vendor_completions.d/irsa.fish"
"$target/debug/irsa" completions zsh >"$share/zsh/site-functions/_irsa"
plain_tar "$share" "$dist/irsa-$version-share.tar" man bash-completion fish zsh
(cd "$dist" && sha256sum irsa-* >SHA256SUMS)
echo "dist: $dist, $version of $commit"
cat "$dist/SHA256SUMS"
