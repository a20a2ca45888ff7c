#!/usr/bin/env bash
# A function that nothing calls, added to one file, swaps two variables of another file in a ThinLTO program.
#
# Seen with clang and lld 22.1.8 (Debian 12). a.c defines the variables first and second, and imports get() from b.c.
# The function added to b.c mentions first. It isn't imported, but LLVM puts all variables that the imported module
# knows at the end of the importer's list, in that module's order (the end of IRLinker::run). This is meant for the
# variables that were just imported, but it also takes the importer's own ones that the other module only declares. So
# a.c's object has its variables, their sections and symbols in another order, though its imports are the same, and so
# has the program. One would expect a function that no other file uses to move nothing there.
#
# Output seen: "before: first second; after: second first".
# Exits 0 while it is so, 1 when LLVM behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

cat >a.c <<'C'
int first[3] = {1}, second[3] = {2};
int get(int);
int sum(int n) { return get(first[n]) + second[n]; }
C
echo 'int get(int x) { return x * 3 + 1; }' >before.c
{ cat before.c; echo 'extern int first[3]; int unused(int n) { return first[n]; }'; } >after.c
cat >start.c <<'C'
extern int first[3], second[3];
int sum(int);
int start(int n) { first[n] = second[n] = n; return sum(n); }
C

clang-22 -O2 -flto=thin -c a.c && clang-22 -O2 -c start.c || exit 2
variables() {
  clang-22 -O2 -flto=thin -c "$1.c" && ld.lld-22 --entry=start start.o a.o "$1.o" -o "$1" || exit 2
  llvm-nm-22 --numeric-sort "$1" | sed -nE 's/.* (first|second)$/\1/p' | paste -sd ' '
}
before=$(variables before) after=$(variables after)
echo "before: $before; after: $after"
[[ $before == "first second" && $after == "second first" ]]
