#!/usr/bin/env bash
# An LTO link for RISC-V says that it ignores the ABI, and doesn't, as soon as one file has file-level assembly.
#
# Seen with clang and lld 22.1.8 (Debian 12), for riscv64-linux-gnu with clang's default options, ThinLTO and full
# LTO. An ordinary file-level __asm__ (a nop here) compiles without a message. The link then prints "Hard-float 'd'
# ABI can't be used for a target that doesn't support the D instruction set extension (ignoring target-abi)": the
# assembly is parsed for the bare target, which has no D. One would take the program for a soft-float one. But it is
# marked double-float, as it should be. The line has no prefix (ld.lld:, warning:), names no file, and
# --fatal-warnings lets it pass.
#
# Output seen: that line for thin and full, none without assembly or without LTO, and "double-float ABI" each time.
# Exits 0 while it is so, 1 when lld behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

line="Hard-float 'd' ABI can't be used for a target that doesn't support the D instruction set extension"
line+=" (ignoring target-abi)"
bad=0
try() { # NAME OPTION EXPECTED
  clang-22 --target=riscv64-linux-gnu "$2" -O2 -fPIC -c a.c -o a.o || exit 2
  ld.lld-22 --fatal-warnings -shared a.o -o a.so 2>said || exit 2
  abi=$(llvm-readelf-22 -h a.so | grep -o '[a-z]*-float ABI')
  echo "$1: $abi; the link says: $(cat said)"
  [ "$abi" = "double-float ABI" ] && [ "$(cat said)" = "$3" ] || bad=1
}
echo 'int f(int x) { return x * 3; }' >a.c
try "thin, no assembly" -flto=thin ""
echo '__asm__("nop");' >>a.c
try "native" -fno-lto ""
try "thin" -flto=thin "$line"
try "full" -flto "$line"
exit $bad
