#!/usr/bin/env bash
# lld's own ThinLTO cache (--thinlto-cache-dir) gives back the old bytes after a file named by .incbin has changed.
#
# Seen with clang and lld 22.1.8 (Debian 12). In inline assembly, .incbin is read by the ThinLTO backend, at the link:
# the bitcode holds the name alone. So one would expect a new link to read the new file, as a link without the cache
# does. But the cache's key covers the modules and the options, not the files that assembly names, and the link takes
# the object with the old bytes, without a warning. A relative name is looked for in the linker's working directory,
# not in the one where the source was compiled.
#
# Output seen: "first: one", "changed file, with the cache: one", "changed file, without it: two".
# Exits 0 while it is so, 1 when lld behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

cat >data.c <<'C'
__asm__(".pushsection .rodata\n.globl blob\nblob:\n.incbin \"blob.txt\"\n.popsection\n");
extern const char blob[];
const char *get(void) { return blob; }
C
printf one >blob.txt
clang-22 -O2 -fPIC -flto=thin -c data.c || exit 2
link() { ld.lld-22 -shared data.o -o "$1" "${@:2}" || exit 2; }
holds() { if grep -q -a two "$1"; then echo two; else echo one; fi; }
link first.so "--thinlto-cache-dir=$w/cache"
printf two >blob.txt
link cached.so "--thinlto-cache-dir=$w/cache"
link plain.so
echo "first: $(holds first.so)"
echo "changed file, with the cache: $(holds cached.so)"
echo "changed file, without it: $(holds plain.so)"
[ "$(holds first.so) $(holds cached.so) $(holds plain.so)" = "one one two" ]
