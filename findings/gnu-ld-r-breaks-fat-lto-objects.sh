#!/usr/bin/env bash
# GNU "ld -r" of clang's fat LTO objects makes an object that no LTO link can read.
#
# Seen with clang and lld 22.1.8 and binutils 2.40 (Debian 12). clang -ffat-lto-objects keeps machine code and, in the
# section .llvm.lto, bitcode. One would expect a relocatable link of two such objects either to keep both or to drop
# the bitcode, as lld -r does. GNU ld joins the sections like any data: two bitcode files in one section, which isn't
# a bitcode file. The result links as machine code; with lld --fat-lto-objects it fails: "Invalid encoding". Build
# systems that combine objects by ld -r (autotools, CMake object libraries by hand, kernel modules) meet this late, at
# the last link.
#
# Output seen: "lld -r: 0 with bitcode, LTO link ok", "GNU ld -r: 1 with bitcode, LTO link fails" (sections counted).
# Exits 0 while it is so, 1 when the linkers behave otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2
version=2.40-2
debian "$w/root" binutils-x86-64-linux-gnu=$version libbinutils=$version libctf0=$version \
  libctf-nobfd0=$version libgprofng0=$version libjansson4 || exit 2

echo 'int g(int); int f(int x) { return g(x) + 1; }' >f.c
echo 'int g(int x) { return x * 3; }' >g.c
for file in f g; do clang-22 -O2 -fPIC -flto=thin -ffat-lto-objects -c $file.c || exit 2; done
ld.lld-22 -r f.o g.o -o lld.o || exit 2
x86_64-linux-gnu-ld -r f.o g.o -o gnu.o || exit 2
try() { # NAME FILE
  local sections link=fails
  sections=$(llvm-readelf-22 -S "$2" | grep -c -w -F .llvm.lto)
  ld.lld-22 -shared --fat-lto-objects "$2" -o out.so 2>said && link=ok
  [ $link = ok ] || grep -q 'Invalid encoding' said || link="fails otherwise: $(head -1 said)"
  echo "$1: $sections with bitcode, LTO link $link"
}
{ try "lld -r" lld.o; try "GNU ld -r" gnu.o; } | tee seen
diff - seen <<'S'
lld -r: 0 with bitcode, LTO link ok
GNU ld -r: 1 with bitcode, LTO link fails
S
