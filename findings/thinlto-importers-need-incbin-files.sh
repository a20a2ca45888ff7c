#!/usr/bin/env bash
# A distributed ThinLTO backend needs the files that another module's file-level assembly names.
#
# Seen with clang and lld 22.1.8 (Debian 12). main.c calls a function of data.c, whose file-level assembly has an
# .incbin. The backend of main.o imports that function, but not the assembly, and its object doesn't have the bytes.
# So one would expect only the backend of data.o to open the file. But the one of main.o parses the assembly of each
# module that it imports from, opens the file, and fails where it is missing: an executor that gives each backend its
# own inputs must give it to all importers.
#
# Output seen: "without the file: Could not find incbin file", "with it: compiled, the bytes aren't in the object".
# Exits 0 while it is so, 1 when clang behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

echo 'int answer(void); int entry(void) { return answer(); }' >main.c
cat >data.c <<'C'
__asm__(".pushsection .rodata\n.globl blob\nblob:\n.incbin \"blob.txt\"\n.popsection\n");
int answer(void) { return 42; }
C
printf 'these bytes' >blob.txt
clang-22 -O2 -fPIC -flto=thin -c main.c data.c || exit 2
ld.lld-22 -shared --thinlto-index-only main.o data.o -o unused || exit 2
backend() { # NAME
  local result=compiled
  clang-22 -O2 -fPIC -c -x ir main.o -fthinlto-index=main.o.thinlto.bc -o main.native.o 2>said ||
    result=$(grep -o 'Could not find incbin file' said || head -1 said)
  if [ "$result" = compiled ]; then
    if grep -q -a 'these bytes' main.native.o; then
      result+=", the bytes are in the object"
    else
      result+=", the bytes aren't in the object"
    fi
  fi
  echo "$1: $result"
}
{
  mv blob.txt elsewhere
  backend "without the file"
  mv elsewhere blob.txt
  backend "with it"
} | tee seen
diff - seen <<'S'
without the file: Could not find incbin file
with it: compiled, the bytes aren't in the object
S
