#!/usr/bin/env bash
# An unused constant in one C++ file decides on the order of pointers in the data of another file's object.
#
# Seen with clang and lld 22.1.8 (Debian 12). main.cc imports b() and c(), each of which catches a struct Error of its
# own file. Position-independent code finds a caught type by a pointer in .data. In main.cc's object, ThinLTO calls the
# two types NAME.llvm.HASH, after a hash of all of b.cc and all of c.cc, and LLVM writes the pointers in the order of
# these names (AsmPrinter::doFinalization). So an edit in b.cc that main.cc doesn't import can swap the pointers, and
# with them the offsets in main.cc's exception tables. One would expect such pointers in the order of the code.
#
# Output seen: "first pointer: b c b b b b c c".
# Exits 0 while it is so, 1 when LLVM behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

cat >main.cc <<'C'
int b(int), c(int);
int run(int n) { return b(n) + c(n); }
C
cat >b.cc <<'C'
namespace { struct Error { int code; }; }
void raise(int);
int b(int n) { try { raise(n); return n; } catch (Error &e) { return e.code; } }
C
sed 's/int b(/int c(/' b.cc >c.cc
compile() { clang-22 -O2 -fPIC -flto=thin -c "$@" || exit 2; }
compile main.cc c.cc

for i in {1..8}; do
  { cat b.cc; echo "extern const int unused; const int unused = $i;"; } >edited.cc
  compile edited.cc
  ld.lld-22 -shared --thinlto-index-only main.o edited.o c.o -o program &&
    clang-22 -O2 -fPIC -c -fthinlto-index=main.o.thinlto.bc -x ir main.o -o linked.o || exit 2
  llvm-readelf-22 -r linked.o | sed -n "/'.rela.data'/,/^\$/s/.*Error.*\.llvm\.\([0-9]*\).*/\1/p" | paste -sd ' '
done >pointers
c=$(tr ' ' '\n' <pointers | sort | uniq -d) # only c.o is the same each time
first=$(sed "s/^$c .*/c/; s/^.* $c\$/b/" pointers | paste -sd ' ')
echo "first pointer: $first"
[[ $first == *b* && $first == *c* && $first != *[^bc\ ]* ]]
