#!/usr/bin/env bash
# A function that was renamed in LLVM's IR is missing in a ThinLTO link, although its module defines it.
#
# Seen with clang and lld 23.1.4 (Debian sid) and the LLVM 24 snapshot of October 2026; not with 22.1.8 (Debian 12).
# Tools that instrument or prefix code rename functions in IR. One would expect the new name to be the function's name
# for all purposes, as it is for llvm-nm and in a link without LTO. But from LLVM 23 on, the compiler writes the hash of
# each value's name into the IR (!guid), ThinLTO knows the value by this number alone, and it isn't made anew when the
# name changes. So the linker finds no summary for the new name, takes the function for dead, and drops it. Removing
# the !guid with the old name helps.
#
# Output seen: "22: linked; with native objects: linked", "23: undefined symbol: renamed; without !guid: linked; with
# native objects: linked".
# Exits 0 while it is so, 1 when LLVM behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm23 "$w/23" || exit 2
llvm22 "$w/22" || exit 2

cat >lib.c <<'C'
static int n;
int original(int x) { n += x; return n * 3 + x; }
C
echo 'int renamed(int); int _start(void) { return renamed(2); }' >main.c

# attempt VERSION MODULE ARGUMENT…: links a module of IR with main.c, all compiled with the arguments.
attempt() {
  local version=$1 module=$2
  "clang-$version" -O2 -fPIC "${@:3}" -c -x ir "$module" -o lib.o >said 2>&1 || { cat said >&2; exit 2; }
  "clang-$version" -O2 -fPIC "${@:3}" -c main.c -o main.o || exit 2
  "llvm-nm-$version" lib.o | grep -q ' T renamed$' || exit 2
  if "ld.lld-$version" main.o lib.o -o prog >said 2>&1; then
    echo linked
  else
    sed -n 's/.*error: \(undefined symbol: .*\)/\1/p' said
  fi
}
for version in 22 23; do
  "clang-$version" -O2 -fPIC -flto=thin -S -emit-llvm lib.c -o lib.ll || exit 2
  sed '/^\^/d; s/@original/@renamed/g' lib.ll >"renamed$version.ll" # without the summary, which clang makes anew
done
sed '/@renamed/s/ !guid ![0-9]*//' renamed23.ll >plain.ll
old="22: $(attempt 22 renamed22.ll -flto=thin); with native objects: $(attempt 22 renamed22.ll)"
new="23: $(attempt 23 renamed23.ll -flto=thin); without !guid: $(attempt 23 plain.ll -flto=thin)"
new+="; with native objects: $(attempt 23 renamed23.ll)"
printf '%s\n' "$old" "$new"
[ "$old" = "22: linked; with native objects: linked" ] &&
  [ "$new" = "23: undefined symbol: renamed; without !guid: linked; with native objects: linked" ]
