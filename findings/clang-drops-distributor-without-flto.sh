#!/usr/bin/env bash
# Clang ignores -fthinlto-distributor= on the link line without a warning, unless -flto=thin stands there, too.
#
# Seen with clang and lld 22.1.8 (Debian 12). Objects of clang -flto=thin are bitcode, and lld compiles them by ThinLTO
# whether or not clang's link line says -flto=thin. So the same line with -fthinlto-distributor= would be expected to
# distribute these compilations. Or clang would be expected to say that it doesn't use the option, as it does for
# others (-Wunused-command-line-argument). It does neither: lld compiles everything itself, the program is right, and
# nothing shows that the distributor was never called.
#
# Output seen: "with -flto=thin: called, 0 warnings", "without it: not called, 0 warnings".
# Exits 0 while it is so, 1 when clang behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

echo 'int g(int); int f(int x) { return g(x) + 1; }' >f.c
echo 'int g(int x) { return x * 3; }' >g.c
clang-22 -O2 -fPIC -flto=thin -c f.c g.c || exit 2
cat >distributor <<'S'
#!/bin/sh
touch called
exit 1
S
chmod +x distributor

# try WHAT OPTION…
try() {
  local called="not called"
  rm -f called
  clang-22 -Wall -Wextra "${@:2}" -fuse-ld=lld -nostdlib -shared -fthinlto-distributor="$w/distributor" f.o g.o \
    -o lib.so 2>said
  [ ! -e called ] || called=called
  echo "$1: $called, $(grep -c warning: said) warnings"
}
{ try "with -flto=thin" -flto=thin; try "without it"; } | tee seen
llvm-readelf-22 -s lib.so | grep -q ' f$' || exit 2 # linked by the second line
diff - seen <<'S'
with -flto=thin: called, 0 warnings
without it: not called, 0 warnings
S
