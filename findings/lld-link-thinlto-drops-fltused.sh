#!/usr/bin/env bash
# A program that defines _fltused itself, as programs without a C run-time library do, doesn't link with ThinLTO.
#
# Seen with clang and lld 22.1.8 (Debian 12), for x86_64 and i686 with MSVC's ABI. Code that computes with floating
# point refers to _fltused, which the C run-time library defines; kernels and loaders define it in one of their files.
# That links with native objects and with full LTO. With ThinLTO, lld-link says "undefined symbol: _fltused", though a
# module on the command line defines it: the reference only comes into being when a module is compiled, and by then lld
# has dropped the variable as unused. One would expect lld to keep it, as it keeps memcpy and other functions that the
# compiler may call. It helps to compile that one file without LTO.
#
# Output seen: for both targets "native: links", "full: links", "thin: lld-link: error: undefined symbol: _fltused"
# (i686: __fltused), "thin, its file native: links".
# Exits 0 while it is so, 1 when lld behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2
ln -s "$w/root/usr/lib/llvm-22/bin/lld" lld-link

bad=0
expect() { # NAME EXPECTED
  local seen=links
  ./lld-link -entry:start -subsystem:console -nodefaultlib main.o float.o own.o -out:out.exe 2>said ||
    seen=$(head -1 said)
  echo "  $1: $seen"
  [[ $seen == *"$2" ]] || bad=1
}
echo 'double half(double); int start(void) { return (int)half(3); }' >main.c
echo 'double half(double x) { return x / 2; }' >float.c
echo 'int _fltused;' >own.c
for target in x86_64-pc-windows-msvc i686-pc-windows-msvc; do
  echo "$target"
  clang="clang-22 --target=$target -ffreestanding -O2 -c"
  [ $target = i686-pc-windows-msvc ] && symbol=__fltused || symbol=_fltused
  $clang main.c float.c own.c || exit 2
  expect native links
  $clang -flto=full main.c float.c own.c || exit 2
  expect full links
  $clang -flto=thin main.c float.c own.c || exit 2
  expect thin "undefined symbol: $symbol"
  $clang own.c || exit 2
  expect "thin, its file native" links
done
exit $bad
