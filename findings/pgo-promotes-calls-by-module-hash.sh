#!/usr/bin/env bash
# With a profile, an unused constant in one file decides whether a call in another file is promoted to a direct one.
#
# Seen with clang and lld 22.1.8 (Debian 12). b.c has a static function of the same name as the function that the
# profile says loop() in main.c calls. main.c imports what refers to that static one, which ThinLTO calls
# target.llvm.HASH there. Promotion looks a call's target up by the hash of its name, in a list that holds target and,
# because suffixes are dropped, target.llvm.HASH as another target. That list is sorted by llvm::sort, which isn't
# stable (InstrProfSymtab::finalizeSymtab), so the other hashes in it, HASH's name among them, decide which of the two
# is found. HASH is of all of b.c: an edit there that main.c doesn't import changes main.c's code, and its speed. One
# would expect the static function never to be taken for the other one.
#
# Output seen: "promoted: 0 0 1 0 0 1 1 0".
# Exits 0 while it is so, 1 when clang behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" && debian "$w/root" libclang-rt-22-dev=1:22.1.8-1~deb12u1 || exit 2

echo 'int target(int x) { return x * 3 + 1; }' >a.c
cat >b.c <<'C'
extern int (*volatile sink)(int);
__attribute__((noinline)) static int target(int x) {
  asm volatile("");
  for (int i = 0; i < x; i++) { x += i * x; asm volatile("nop"); }
  return x * 7;
}
void store(void) { sink = target; }
C
{
  echo 'int (*volatile sink)(int), (*volatile pointer)(int);'
  echo 'void store(void); int target(int);'
  echo '__attribute__((noinline)) int loop(int n) {'
  echo '  int r = 0; for (int i = 0; i < n; i++) r += pointer(i) + pointer(i + 2); return r; }'
  for i in {1..29}; do echo "__attribute__((noinline)) int other$i(int x) { return x + $i; }"; done
  echo 'int main(int n, char **v) { pointer = n > 5 ? other3 : target;'
  echo '  for (int i = 0; i < 300000 * n; i++) store();'
  echo '  int r = loop(100000 * n);'
  for i in {1..29}; do echo "  r += other$i(n);"; done
  echo '  return r == 7; }'
} >main.c

clang-22 -O1 -fprofile-generate=raw main.c a.c b.c -o profiled 2>log && ./profiled &&
  llvm-profdata-22 merge raw/*.profraw -o profile || { cat log; exit 2; }
compile() { clang-22 -O2 -flto=thin -fprofile-use=profile -w -c "$@" || exit 2; }
compile main.c a.c

promoted=
for i in {1..8}; do
  { cat b.c; echo "const int unused = $i;"; } >edited.c
  compile edited.c
  clang-22 -O2 -flto=thin -fuse-ld=lld-22 main.o a.o edited.o -o linked || exit 2
  promoted+=" $(llvm-objdump-22 -d linked | sed -n '/<loop>:/,/^$/p' | grep -c '<target>')"
done
echo "promoted:$promoted"
[[ $promoted == *1* && $promoted == *0* ]]
