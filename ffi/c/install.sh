#!/usr/bin/env bash
# Installs libirsa: `DESTDIR=… PREFIX=… LIBDIR=… install.sh [--built]`. PREFIX is /usr/local and LIBDIR is lib (in PREFIX)
# unless they are given. `--build` only builds, into target/libirsa; `--built` takes what lies there, so that who may
# write to PREFIX needs no cargo. What is installed may be moved as a whole.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
target=${CARGO_TARGET_DIR:-$PWD/target}
built=$target/libirsa
here=ffi/c

die() {
    echo "irsa: error: $1" >&2
    echo "irsa: fix: $2" >&2
    exit 1
}

# What a program that has libirsa.a in it needs besides, as the C compiler links it. The .pc files and the CMake package
# say the same.
static_libs="-lpthread -ldl"

version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
number=$(sed -n 's/^const SONAME: &str = "\(.*\)";/\1/p' $here/build.rs)
case $(uname -s) in
Darwin) file=libirsa.$number.dylib soname=@rpath/$file links=(libirsa.dylib) from=libirsa_ffi.dylib ;;
*) file=libirsa.so.$version soname=libirsa.so.$number links=("libirsa.so.$number" libirsa.so) from=libirsa_ffi.so ;;
esac

build() {
    command -v cargo >/dev/null ||
        die "cargo is not on PATH" "install Rust; or build as the user who has it: $here/install.sh --build, then --built"
    cargo build -q --locked --profile ffi -p irsa-ffi
    rm -rf "$built"
    mkdir -p "$built"
    # The profile's own strip is not heeded for a package that has a level of its own.
    if [ "$(uname -s)" = Darwin ]; then
        strip -x -o "$built/$file" "$target/ffi/$from"
        cp "$target/ffi/libirsa_ffi.a" "$built/libirsa.a"
    else
        "${STRIP:-strip}" --strip-all -o "$built/$file" "$target/ffi/$from"
        $here/archive.sh "$target/ffi/libirsa_ffi.a" "$built/libirsa.a"
    fi
}

case ${1:-} in
--build) build && exit ;;
--built) [ -e "$built/$file" ] || die "$built has no $file" "$here/install.sh --build" ;;
'') build ;;
*) die "there is no option $1" "head -n 4 $here/install.sh" ;;
esac

prefix=${PREFIX:-/usr/local}
libdir=${LIBDIR:-lib}
case $prefix in /*) prefix=${prefix%/} ;; *) die "PREFIX is $prefix" "give it as an absolute path" ;; esac
case $libdir in "$prefix"/*) libdir=${libdir#"$prefix"/} ;; esac
libdir=${libdir%/}
case $libdir in
/*)
    # Outside of PREFIX: nothing relates the two, so that both are where they are.
    lib=$libdir pc_prefix=$prefix pc_libdir=$libdir cmake_prefix=$prefix cmake_libdir=$libdir
    ;;
*)
    lib=$prefix/$libdir
    up=$(sed 's,[^/][^/]*,..,g' <<<"$libdir")
    pc_prefix='${pcfiledir}/../'$up pc_libdir='${prefix}/'$libdir
    cmake_prefix='${CMAKE_CURRENT_LIST_DIR}/../../'$up cmake_libdir='${CMAKE_CURRENT_LIST_DIR}/../..'
    ;;
esac
cmake_libs=$(sed 's/-lpthread/Threads::Threads/; s/-ldl/${CMAKE_DL_LIBS}/; s/-l//g; s/ /;/g' <<<"$static_libs")

# fill TEMPLATE FILE
fill() {
    sed -e "s|@VERSION@|$version|g" -e "s|@MAJOR@|${version%%.*}|g" -e "s|@FILE@|$file|g" -e "s|@SONAME@|$soname|g" \
        -e "s|@PREFIX@|$pc_prefix|g" -e "s|@LIBDIR@|$pc_libdir|g" -e "s|@POINTER@|$pointer|g" \
        -e "s|@CMAKE_PREFIX@|$cmake_prefix|g" -e "s|@CMAKE_LIBDIR@|$cmake_libdir|g" \
        -e "s|@STATIC_LIBS@|${3-$static_libs}|g" "$here/package/$1" >"$2"
    chmod 644 "$2"
}

root=${DESTDIR:-}
pointer=$(($(getconf LONG_BIT) / 8))
share=$root$prefix/share/doc/irsa
mkdir -p "$root$lib/pkgconfig" "$root$lib/cmake/irsa" "$root$prefix/include" "$share"
install -m 755 "$built/$file" "$root$lib/$file"
for link in "${links[@]}"; do
    ln -sf "$file" "$root$lib/$link"
done
install -m 644 "$built/libirsa.a" "$root$lib/libirsa.a"
install -m 644 $here/include/irsa.h "$root$prefix/include/irsa.h"
fill irsa.pc.in "$root$lib/pkgconfig/irsa.pc"
fill irsa-static.pc.in "$root$lib/pkgconfig/irsa-static.pc"
fill irsaConfig.cmake.in "$root$lib/cmake/irsa/irsaConfig.cmake" "$cmake_libs"
fill irsaConfigVersion.cmake.in "$root$lib/cmake/irsa/irsaConfigVersion.cmake"
install -m 644 docs/c.md LICENSE-APACHE LICENSE-MIT "$share"
echo "installed libirsa $version in $root$prefix"
