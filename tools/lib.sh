# Sourced by the scripts beside it: the tools they need, how each is had, and pinned to which version.
# Nothing is kept outside the clone but what rustup, cargo, pip and other package managers keep themselves.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
target=${CARGO_TARGET_DIR:-$root/target}

die() {
    echo "irsa: error: $1" >&2
    [ $# -lt 2 ] || echo "irsa: fix: $2" >&2
    exit 1
}

# need COMMAND HOW-TO-GET-IT: stops without it.
need() {
    command -v "$1" >/dev/null || die "$1 is needed and is not on PATH" "$2"
}

# optional COMMAND WHAT HOW-TO-GET-IT: false without it, and the end of `make test` says that WHAT was not run. Under
# CI=true that is a failure.
optional() {
    command -v "$1" >/dev/null && return
    not_run "$2: $1 is not on PATH; $3"
}

# optional_since VERSION COMMAND WHAT HOW-TO-GET-IT: false without it or where it is older, as above.
optional_since() {
    local least=$1 has
    shift
    optional "$@" || return
    # Go has no option for it.
    has=$({ if [ "$1" = go ]; then go version; else "$1" --version; fi; } | grep -oE '[0-9]+(\.[0-9]+)*' | head -n 1)
    [ "$(printf '%s\n' "$least" "$has" | sort -V | head -n 1)" = "$least" ] || not_run "$2: $1 is $has, not $least; $3"
}

not_run() {
    echo "$1" | tee -a "$target/not-run.txt" >&2
    return 1
}

# apt_package PACKAGE WHAT: gets a package of Debian's where that is possible; false without it, as above.
apt_package() {
    if command -v dpkg >/dev/null && ! dpkg -s "$1" >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        { apt-get install -qq -y "$1" || { apt-get update -qq && apt-get install -qq -y "$1"; }; } >/dev/null 2>&1 || true
    fi
    command -v dpkg >/dev/null && dpkg -s "$1" >/dev/null 2>&1 || not_run "$2: needs the package $1; apt-get install $1 (Debian)"
}

# What everything here needs.
need_basics() {
    need cc "install a C compiler: apt-get install gcc libc6-dev (Debian), dnf install gcc (Fedora), xcode-select --install (macOS)"
    need git "install git by your package manager"
    need rustup "install rustup as https://rustup.rs says, with any toolchain or none"
    rust_toolchain "$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)" --component clippy --component rustfmt
}

# rust_toolchain VERSION [rustup's options]: a toolchain, installed where it is not there yet.
rust_toolchain() {
    local version=$1
    shift
    if ! rustup run "$version" rustc --version >/dev/null 2>&1; then
        rustup -q toolchain install "$version" --profile minimal --no-self-update "$@" ||
            die "rustup could not install Rust $version" "rustup toolchain install $version"
    fi
}

# rust_target TRIPLE: the standard library for another target.
rust_target() {
    rustup target list --installed | grep -qx "$1" || rustup target add "$1" ||
        die "rustup could not add the target $1" "rustup target add $1"
}

# venv PEER: target/venv/PEER with exactly what tools/python/PEER.txt names; made anew where that has changed.
venv() {
    local dir=$target/venv/$1 pins=tools/python/$1.txt
    cmp -s "$pins" "$dir/pins.txt" && return
    need python3 "install Python 3.10 or later by your package manager"
    rm -rf "$dir"
    python3 -m venv "$dir" || die "python3 cannot make a virtual environment" "apt-get install python3-venv (Debian)"
    "$dir/bin/python" -m pip install -q --disable-pip-version-check -r "$pins" ||
        die "pip could not install $pins into $dir"
    cp "$pins" "$dir/pins.txt"
}

# cargo_tool NAME VERSION [cargo install's options]: target/tools/bin/NAME.
cargo_tool() {
    local name=$1 version=$2
    shift 2
    if [ ! -x "$target/tools/bin/$name" ] || ! grep -q "\"$name $version " "$target/tools/.crates.toml"; then
        cargo install -q --locked --version "$version" --root "$target/tools" "$@" "$name" ||
            die "cargo could not install $name $version" "cargo install --locked --version $version $name"
    fi
}

GO_HOW="install Go 1.21 or later as https://go.dev/dl says; it gets the toolchain that it needs itself"

# go_tool NAME PACKAGE MODULE VERSION FOLDER: target/tools/bin/NAME, built by Go with the sums of the module itself, or
# with those of the go.mod in FOLDER where that is given.
go_tool() {
    local name=$1 package=$2 module=$3 version=$4 folder=${5:-}
    local binary=$target/tools/bin/$name
    [ ! -x "$binary" ] || ! go version -m "$binary" | grep -qF "$module	$version	" || return 0
    echo "building $name $version (minutes, the first time)"
    mkdir -p "$target/tools/bin"
    if [ -n "$folder" ]; then
        (cd "$folder" && go build -trimpath -ldflags "-s -w" -o "$binary" "$package")
    else
        GOBIN=$target/tools/bin go install -trimpath -ldflags "-s -w" "$package@$version"
    fi || die "Go could not build $name $version" "see that the Go module proxy can be reached (go env GOPROXY), then try again"
}
