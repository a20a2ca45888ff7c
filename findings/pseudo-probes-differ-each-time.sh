#!/usr/bin/env bash
# With -fpseudo-probe-for-profiling, clang writes another object each time that it compiles the same file.
#
# Seen with clang 22.1.8 (Debian 12), by a plain clang -O2 -c of twenty functions. Only the order of the functions in
# .pseudo_probe differs. clang collects the probes in a hash table whose keys are addresses in its own memory, and
# sorts it by the ordinal of the function's section alone (MCPseudoProbeSections::emit). So functions that share .text
# stay in the table's order, and the kernel's randomized addresses decide on it: without them (setarch -R) or with
# -ffunction-sections, all objects are equal. One would expect equal objects from equal compilations, as caches and
# checks for reproducible builds do.
#
# Output seen: "different objects of 8 compilations: 7; without .pseudo_probe: 1; with -ffunction-sections: 1", or with
# 6 or 8 for the 7.
# Exits 0 while it is so, 1 when clang behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
[[ $(cat /proc/sys/kernel/randomize_va_space) != 0 ]] || { echo "addresses aren't randomized here"; exit 2; }
llvm22 "$w/root" || exit 2

for i in {1..20}; do echo "int f$i(int x) { return x + $i; }"; done >f.c
for i in {1..8}; do
  clang-22 -O2 -fpseudo-probe-for-profiling -c f.c -o "probes$i.o" &&
    llvm-objcopy-22 -R .pseudo_probe "probes$i.o" "rest$i.o" &&
    clang-22 -O2 -fpseudo-probe-for-profiling -ffunction-sections -c f.c -o "sections$i.o" || exit 2
done
count() { sha256sum "$@" | cut -d' ' -f1 | sort -u | wc -l; }
probes=$(count probes*.o) rest=$(count rest*.o) sections=$(count sections*.o)
echo "different objects of 8 compilations: $probes; without .pseudo_probe: $rest; with -ffunction-sections: $sections"
((probes > 1 && rest == 1 && sections == 1))
