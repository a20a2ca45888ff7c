#!/usr/bin/env bash
# An LTO link for MIPS names an older processor in the ELF header than the code in it needs.
#
# Seen with clang and lld 22.1.8 (Debian 12), for mips64el and mipsel. clang compiles for MIPS64r2 (MIPS32r2) by
# default, and marks an object so in e_flags and in .MIPS.abiflags. One would expect the same from an LTO link of the
# same source. But lld's backend takes e_flags from the bare target and the code from the functions' own attributes:
# the file says mips64 (mips32) in its header, MIPS64r2 in .MIPS.abiflags, and holds r2 instructions (drotr). Whoever
# goes by the header takes the program for one that runs on older processors. ThinLTO and full LTO do the same.
#
# Output seen: "mips64el native: e_flags mips64r2, abiflags MIPS64r2" and "mips64el thin: e_flags mips64, abiflags
# MIPS64r2", likewise full, and mips32/MIPS32r2 for mipsel.
# Exits 0 while it is so, 1 when they agree, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

echo 'unsigned long f(unsigned long x) { return x >> 13 | x << (sizeof x * 8 - 13); }' >a.c
bad=0
try() { # NAME TARGET MODE OPTION EXPECTED
  clang-22 --target="$2" "$4" -O2 -fPIC -c a.c -o a.o && ld.lld-22 -shared a.o -o a.so || exit 2
  flags=$(llvm-readelf-22 -h a.so | sed -n 's/.*Flags:.*, //p')
  isa=$(llvm-readelf-22 -A a.so | sed -n 's/^ISA: //p')
  rotate=$(llvm-objdump-22 -d --mattr=+mips64r2 a.so | grep -c -w -E 'd?rotr')
  echo "$1 $3: e_flags $flags, abiflags $isa, $rotate rotate instruction"
  [ "$flags $isa $rotate" = "$5 1" ] || bad=1
}
for mode in "native -fno-lto r2" "thin -flto=thin" "full -flto"; do
  read -r name option r2 <<<"$mode"
  try mips64el mips64el-linux-gnuabi64 "$name" "$option" "mips64$r2 MIPS64r2"
  try mipsel mipsel-linux-gnu "$name" "$option" "mips32$r2 MIPS32r2"
done
exit $bad
