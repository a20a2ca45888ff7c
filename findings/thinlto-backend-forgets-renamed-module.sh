#!/usr/bin/env bash
# Given its module by another path than the link's, a distributed ThinLTO backend drops all functions and says nothing.
#
# Seen with clang and lld 22.1.8 (Debian 12). lld has indexed the link of sum.o and twice.o. Then the backend of sum.o
# is given the same file as ./sum.o. One would expect the same object, or an error. But clang takes the module for one
# that the index doesn't know, and so for one of which nothing is used. It exits with 0, prints nothing, and the
# object is a valid ELF file without a symbol. A shared library links with it, and lacks the functions.
#
# Output seen: as at the end of this script. Exits 0 while it is so, 1 when clang behaves otherwise, 2 when it can't be
# tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

echo 'int sum(int x, int y) { return x + y; }' >sum.c
echo 'int sum(int, int); int twice(int x) { return sum(x, x); }' >twice.c
clang-22 -O2 -fPIC -flto=thin -c sum.c twice.c || exit 2
ld.lld-22 -shared --thinlto-index-only sum.o twice.o -o unused || exit 2
backend() { # MODULE INDEX OBJECT
  clang-22 -O2 -fPIC -c -x ir "$1" "-fthinlto-index=$2" -o "$3" 2>&1
}
backend twice.o twice.o.thinlto.bc twice.native.o || exit 2
for module in sum.o ./sum.o; do
  said=$(backend "$module" sum.o.thinlto.bc sum.native.o)
  echo "$module: exit $?, printed '$said'"
  ld.lld-22 -shared sum.native.o twice.native.o -o library.so || exit 2
  echo "  functions in the library: $(llvm-nm -D --defined-only --format=just-symbols library.so | paste -sd' ')"
done | tee seen
diff - seen <<'S'
sum.o: exit 0, printed ''
  functions in the library: sum twice
./sum.o: exit 0, printed ''
  functions in the library: twice
S
