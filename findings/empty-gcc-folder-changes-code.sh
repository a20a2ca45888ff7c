#!/usr/bin/env bash
# An empty file in a folder named after a newer GCC changes the code that clang generates for AArch64.
#
# Seen with clang 22.1.8 (Debian 12). One would expect a GCC installation to decide on headers and libraries only. But
# the driver reads libgcc's version off the name of the folder lib/gcc/TRIPLE/VERSION, and from 9.3.1 on passes
# +outline-atomics to the compiler: an atomic addition becomes a call of __aarch64_ldadd4_acq_rel instead of a loop.
# The folder needs no file but an empty crtbegin.o. So two machines with equal sources, headers, arguments and
# compilers compile to different objects, and a compilation cache whose key knows only the header folders takes the
# wrong one.
#
# Output seen: "GCC 9.2.0: a loop", "GCC 9.3.1: a call".
# Exits 0 while it is so, 1 when clang behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

echo 'int bump(int *p) { return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }' >a.c
code() { # VERSION
  mkdir -p "gcc/lib/gcc/aarch64-linux-gnu/$1"
  : >"gcc/lib/gcc/aarch64-linux-gnu/$1/crtbegin.o"
  clang-22 --target=aarch64-linux-gnu --gcc-toolchain="$w/gcc" -O2 -S a.c -o a.s || exit 2
  if grep -q __aarch64_ldadd4_acq_rel a.s; then echo "a call"; else echo "a loop"; fi
}
old=$(code 9.2.0) new=$(code 9.3.1)
echo "GCC 9.2.0: $old"
echo "GCC 9.3.1: $new"
[ "$old, $new" = "a loop, a call" ]
