#!/usr/bin/env bash
# examples_c.sh [EXAMPLE…]: builds the examples of libirsa (ffi/c/examples) in target/c-examples and runs them, where some
# are named those alone. It ends with a line `N passed, N failed`.
source "$(dirname "$0")/lib.sh"
built=$target/c-examples
wanted=${*:-filter prefork s3_curl epoll postgres}
names=()

# compile NAME FLAG…: one example. irsa.h and the library come from where they are built, not from the system.
compile() {
    local name=$1
    shift
    cc -std=c99 -D_POSIX_C_SOURCE=200809L -O1 -g -Wall -Wextra -Wpedantic -Werror -Iffi/c/include "ffi/c/examples/$name.c" \
        -o "$built/$name" -L"$built/lib" -lirsa "-Wl,-rpath,$built/lib" "$@" || die "ffi/c/examples/$name.c does not compile"
    names+=("$name")
}

wants() {
    [[ " $wanted " == *" $1 "* ]]
}

# A PostgreSQL with PAM needs root for a file in /etc/pam.d; the server itself runs as postgres.
can_serve_postgres() {
    local what="the example postgres against a PostgreSQL"
    [ "$(id -u)" = 0 ] || not_run "$what: that is for root; run it in a container: $0 postgres" || return
    for tool in postgres initdb psql; do
        optional $tool "$what" "apt-get install postgresql (Debian), with /usr/lib/postgresql/15/bin on PATH" || return
    done
    id postgres >/dev/null 2>&1 || not_run "$what: there is no user postgres; apt-get install postgresql (Debian)" || return
    for tool in setpriv curl openssl; do
        optional $tool "$what" "apt-get install util-linux curl openssl (Debian)" || return
    done
    apt_package libpam-script "$what" || return
    # Debian's package goes into every login's PAM, which nobody wants here.
    ! command -v pam-auth-update >/dev/null || pam-auth-update --package --remove pam_script
}

need_basics
need python3 "install Python 3.10 or later by your package manager"
cargo build -q --locked -p irsa-ffi -p irsa-cli -p irsa-local
mkdir -p "$built/lib"
for name in libirsa.so libirsa.so.0; do
    ln -sf "$target/debug/libirsa_ffi.so" "$built/lib/$name"
done
! wants filter || compile filter
! wants filter || ! optional valgrind "the filter's mallocs" "apt-get install valgrind (Debian)" || names+=(valgrind)
! wants prefork || compile prefork
if wants s3_curl || wants epoll; then
    if apt_package libcurl4-openssl-dev "the examples s3_curl and epoll"; then
        ! wants s3_curl || compile s3_curl -lcurl
        ! wants epoll || compile epoll -lcurl
    fi
fi
if wants postgres && apt_package libpq-dev "the example postgres" && can_serve_postgres; then
    compile postgres "-I$(pg_config --includedir)" -lpq
fi
exec python3 tests/judges/examples_c.py "$target/debug" "$built" "${names[@]}"
