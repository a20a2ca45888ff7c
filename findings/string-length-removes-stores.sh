#!/usr/bin/env bash
# The length of a string literal decides whether clang removes a store to other memory.
#
# Seen with clang 22.1.8 (Debian 12). store() writes through p, passes a string literal to count(), and writes through p
# again. Clang knows that count() only reads the memory that it is passed. The first store is dead if that isn't *p,
# and it can't be: a literal is constant. But this isn't what clang goes by. It asks whether 8 bytes at p can overlap
# the literal (BasicAAResult::aliasCheck), and finds that they can't if the whole literal is smaller. So with up to 7
# bytes, the terminating zero included, the store is removed, and with 8 it stays: one more letter in a message changes
# the code around it. One would expect the store to be removed whatever the message says.
#
# Output seen: "stores of 1: 0 0 1 1".
# Exits 0 while it is so, 1 when clang behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

cat >a.c <<'C'
__attribute__((noinline)) unsigned long count(const char *s) {
  unsigned long n = 0;
  while (s[n] != '.') n++;
  return n;
}
unsigned long store(unsigned long *p) {
  *p = 1;
  unsigned long n = count(TEXT);
  *p = n + 7;
  return n;
}
C

stores=
for text in a. full. fuller. "the fullest."; do
  clang-22 --target=x86_64-linux-gnu -O2 "-DTEXT=\"$text\"" -S a.c -o a.s || exit 2
  stores+=" $(sed -n '/^store:/,/retq/p' a.s | grep -c 'movq[[:space:]]*\$1, (')"
done
echo "stores of 1:$stores"
[ "$stores" = " 0 0 1 1" ]
