#!/usr/bin/env bash
# archive.sh FROM TO: libirsa.a of the static library that cargo makes. For linkers of GNU.
#
# TO has one object, whose only global symbols are those of the header: another Rust library in the same program brings
# the same runtime, under the same names. Sections that nothing of the header reaches are gone, and so are the groups by
# which a linker would take a piece of one library for that of the other, what only debuggers read, and the compiler's
# intermediate code, which an older linker of the same kind would not understand.
set -euo pipefail
from=$1 to=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
nm -g --defined-only "$from" 2>"$work/said" | awk '$2 == "T" && $3 ~ /^irsa_/ { print $3 }' | sort -u >"$work/symbols"
[ -s "$work/symbols" ] || { echo "irsa: error: $from defines no function of irsa.h: $(cat "$work/said")" >&2; exit 1; }
sed 's/^/-u /' "$work/symbols" >"$work/roots"
"${LD:-ld}" -r --gc-sections --force-group-allocation "@$work/roots" -o "$work/irsa.o" "$from"
"${OBJCOPY:-objcopy}" --strip-debug --remove-section=.llvmbc --remove-section=.llvmcmd --remove-section=.comment --keep-global-symbols="$work/symbols" "$work/irsa.o"
rm -f "$to"
"${AR:-ar}" rcsD "$to" "$work/irsa.o"
