#!/usr/bin/env bash
# Meson with clang 22 takes llvm-ar of another LLVM, which fails on clang 22's ThinLTO objects.
#
# Seen with Meson 1.0.1, clang 22.1.8 and llvm-ar 14.0.6 (all of Debian 12, where "llvm-ar" is of 14). For a clang,
# Meson prefers the program "llvm-ar" to "ar", but doesn't look for that of the compiler's version, as CMake does
# (llvm-ar-22), and doesn't ask either program for its version. With -Db_lto=true, llvm-ar 14 can't read the objects,
# and no static library can be made. One would expect the archiver beside the compiler, or one that works: "ar" of
# binutils, which Meson takes without an llvm-ar, makes the library.
#
# Output seen: "archiver llvm-ar 14.0.6: build failed", "with ar = llvm-ar-22: built".
# Exits 0 while it is so, 1 when the tools behave otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2
debian "$w/old" llvm-14=1:14.0.6-12 libllvm14=1:14.0.6-12 || exit 2
debian "$w/tools" meson=1.0.1-5 ninja-build=1.11.1-2~deb12u1 || exit 2
export LD_LIBRARY_PATH=$w/old/usr/lib/x86_64-linux-gnu:$LD_LIBRARY_PATH
mkdir bin
ln -s "$w/old/usr/lib/llvm-14/bin/llvm-ar" bin/llvm-ar # as in Debian's package llvm
# llvm22 has put its own llvm-ar on the PATH; a system has only the name with a version.
ln -s "$w/root/usr/lib/llvm-22/bin/clang" bin/clang-22
for name in llvm-ar ld.lld; do ln -s "$w/root/usr/lib/llvm-22/bin/$name" bin/$name-22; done
PATH=$w/bin:$w/tools/usr/bin:$(getconf PATH)
export PATH PYTHONPATH=$w/tools/usr/lib/python3/dist-packages
old=$(llvm-ar --version | sed -n 's/.*version \([0-9.]*\).*/\1/p')

cat >meson.build <<'M'
project('p', 'c')
static_library('f', 'f.c')
M
echo 'int f(int x) { return x * 3; }' >f.c
# try FOLDER WHAT [LINE]: builds with clang 22, and with the line in the native file.
try() {
  local result="build failed"
  printf '[binaries]\nc = %s\nc_ld = %s\n%s\n' "'$w/bin/clang-22'" "'lld'" "${3-}" >native.ini
  python3 tools/usr/bin/meson setup "$1" --native-file=native.ini -Db_lto=true -Db_lto_mode=thin >"$1.log" 2>&1 || {
    tail -3 "$1.log" >&2
    exit 2
  }
  ! ninja -C "$1" >"$1.log" 2>&1 || result=built
  echo "$2: $result"
}
{ try a "archiver llvm-ar $old"; try b "with ar = llvm-ar-22" "ar = '$w/bin/llvm-ar-22'"; } | tee seen
grep -q '^llvm-ar: error: ' a.log || exit 1
diff - seen <<'S'
archiver llvm-ar 14.0.6: build failed
with ar = llvm-ar-22: built
S
