#!/usr/bin/env bash
# lld can't link LTO modules for x32 or MIPS N32, though it links their native objects: it takes the modules for 64-bit.
#
# Seen with clang and lld 22.1.8 (Debian 12), for x86_64-linux-gnux32 and mips64el-linux-gnuabin32, ThinLTO and full
# LTO.
# Both ABIs have 64-bit registers and 32-bit pointers, so their files are ELF32. clang compiles for them, native objects
# link, and lld takes the machine of a module from its target triple, so one would expect an LTO link to work, or to be
# refused as unsupported. lld goes by the triple's architecture alone: it reads the module as an ELF64 file, refuses
# native objects beside it ("p.o is incompatible with t.o"), and compiles the module to an ELF32 object that it then
# reads as ELF64: "invalid e_shentsize in ELF header: 0", which sounds as if the compiler had written a broken file.
#
# Output seen: for both targets "native: ELF32", "thin: invalid e_shentsize in ELF header: 0", the same for full LTO,
# and "with a native object: p.o is incompatible with t.o".
# Exits 0 while it is so, 1 when lld behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

bad=0
expect() { # NAME SEEN EXPECTED
  echo "  $1: $2"
  [[ $2 == *"$3" ]] || bad=1
}
link() { # FILE…: what the link says, or the class of its output
  if ld.lld-22 -shared "$@" -o out.so 2>said; then
    llvm-readelf-22 -h out.so | sed -n 's/ *Class: *//p'
  else
    head -1 said
  fi
}
echo 'int f(int x) { return x * 3; }' >t.c
for target in x86_64-linux-gnux32 mips64el-linux-gnuabin32; do
  echo "$target"
  clang-22 --target=$target -O2 -fPIC -c t.c -o p.o || exit 2
  expect native "$(link p.o)" ELF32
  for kind in thin full; do
    clang-22 --target=$target -O2 -fPIC -flto=$kind -c t.c -o t.o || exit 2
    expect $kind "$(link t.o)" "invalid e_shentsize in ELF header: 0"
  done
  sed s/f/g/ t.c >g.c
  clang-22 --target=$target -O2 -fPIC -c g.c -o p.o || exit 2
  expect "with a native object" "$(link t.o p.o)" "p.o is incompatible with t.o"
done
exit $bad
