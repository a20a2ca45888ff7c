#!/usr/bin/env bash
# A warning of a distributed ThinLTO backend quotes the bitcode file's bytes as if they were a line of source.
#
# Seen with clang and lld 22.1.8 (Debian 12). A call of a function with the attribute warning("…") (or error) that is
# left after optimisation is reported by the backend. lld in process says "call to slow marked dontcall-warn: slow".
# Where clang is the backend (-x ir -fthinlto-index=, as for DTLTO), one would expect the same, or the place in the
# source. It names the bitcode file with the line and column of the source, and quotes that "line" of the bitcode:
# unprintable bytes, in a terminal a page of <U+0000>.
#
# Output seen: "w.o:1:65: warning: call to 'slow' declared with 'warning' attribute: slow", then a quoted line with
# BC<C0><DE>, bitcode's magic number.
# Exits 0 while it is so, 1 when clang behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

printf '__attribute__((warning("slow"))) void slow(void);\nint f(int x) { slow(); return x; }\n' >w.c
clang-22 -O2 -fPIC -flto=thin -c w.c || exit 2
ld.lld-22 -shared w.o -o w.so 2>process || exit 2
echo "in process: $(cat process)"
ld.lld-22 -shared --thinlto-index-only w.o -o unused || exit 2
clang-22 -O2 -fPIC -c -x ir w.o -fthinlto-index=w.o.thinlto.bc -o w.native.o 2>backend || exit 2
echo "clang as backend: $(head -1 backend)"
echo "the quoted line begins: $(sed -n 2p backend | cut -c1-40)"
grep -q 'call to slow marked "dontcall-warn"' process &&
  head -1 backend | grep -q "^w.o:1:[0-9]*: warning: call to 'slow'" &&
  sed -n 2p backend | grep -q -F 'BC<C0><DE>'
