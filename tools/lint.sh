#!/usr/bin/env bash
# Everything that can be said about the code without running it. The first thing that is wrong ends it.
source "$(dirname "$0")/lib.sh"
need_basics
cargo clippy --version >/dev/null 2>&1 || rustup -q component add clippy rustfmt

echo "lint: format"
cargo fmt --all --check
cargo fmt --manifest-path tests/fuzz/Cargo.toml --check

echo "lint: clippy"
cargo clippy -q --workspace --all-targets --locked -- -D warnings
cargo clippy -q -p irsa --all-targets --all-features --locked -- -D warnings

msrv=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
echo "lint: core, trust, irsa, libirsa and cli build with Rust $msrv"
rust_toolchain "$msrv.0"
cargo "+$msrv.0" check -q --locked -p irsa-core -p irsa-trust -p irsa -p irsa-ffi -p irsa-cli
# The features not by the workspace's lock: irsa-local's S3 wants a crc-fast that wants Rust 1.89, and a lock has one.
features=$target/msrv
mkdir -p "$features/src"
: >"$features/src/lib.rs"
cat >"$features/Cargo.toml" <<END
[package]
name = "msrv"
edition = "2024"
[dependencies]
irsa = { path = "$root/irsa", features = [$(sed -n '/^\[features\]/,/^\[/s/^\([a-z_-]*\) = .*/"\1",/p' irsa/Cargo.toml | tr -d '\n')] }
[workspace]
END
cp Cargo.lock "$features/Cargo.lock"
cargo "+$msrv.0" update -q --manifest-path "$features/Cargo.toml" --precise 1.9.0 crc-fast
cargo "+$msrv.0" check -q --manifest-path "$features/Cargo.toml" --target-dir "$target"

echo "lint: core and trust need nothing from outside"
tools/wasm.sh build

echo "lint: unused dependencies, links in documents"
python3 tools/unused.py
python3 tools/links.py

echo "lint: man pages"
cargo build -q --locked -p irsa-cli
python3 tools/man.py "$target/debug/irsa" "$target/man"
if command -v groff >/dev/null; then
    for page in "$target"/man/*.1; do
        said=$(groff -man -ww -Tutf8 -z "$page" 2>&1)
        [ -z "$said" ] || die "$said" "see what tools/man.py makes of the help page"
    done
fi

echo "lint: licences, bans, sources"
cargo_tool cargo-deny 0.20.2 --debug
deny=$target/tools/bin/cargo-deny
"$deny" --locked check --hide-inclusion-graph licenses bans sources
if timeout 60 "$deny" --locked fetch db >"$target/advisories.log" 2>&1; then
    "$deny" --locked check --disable-fetch advisories
else
    echo "lint: advisories were NOT checked: their database cannot be fetched from here"
fi
