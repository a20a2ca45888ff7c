#!/usr/bin/env bash
# A distributed ThinLTO backend reads another module's variable through the GOT where lld itself reads it directly.
#
# Seen with clang and lld 22.1.8 (Debian 12), on x86-64 and AArch64, in a position-independent executable at -O2, with
# no further option. The shard lists the symbols that a module defines or imports. LLVM doesn't import a variable whose
# initialiser holds an address, so the backend isn't told that the program has it, takes it for one that may come from a
# shared library, and loads its address from the GOT. lld turns that load into lea, and one instruction more is left.
# One would expect the code of in-process ThinLTO, since the thin link knows the symbol. With
# -mllvm -import-declaration, lld lists such symbols as declarations, and the programs are equal.
#
# Output seen: "in process: movq", "distributed: leaq movq", "with declarations: movq" and "equal".
# Exits 0 while it is so, 1 when they agree without the option, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

cat >distributor <<'P'
#!/usr/bin/env python3
import json, subprocess, sys
dist = json.load(open(sys.argv[-1]))
for job in dist["jobs"]:
    subprocess.run(dist["common"]["args"] + job["args"], check=True)
P
chmod +x distributor
echo 'extern int *cursor; int *current(void) { return cursor; } void _start(void) { current(); }' >a.c
echo 'int table[64]; int *cursor = table; void next(void) { cursor++; }' >b.c
clang-22 --target=x86_64-linux-gnu -O2 -fPIE -flto=thin -c a.c b.c || exit 2
link() { # NAME OPTION…
  ld.lld-22 -pie --export-dynamic-symbol=current --export-dynamic-symbol=next a.o b.o -o "$1" "${@:2}" || exit 2
  echo "$1: $(llvm-objdump-22 -d --no-show-raw-insn --disassemble-symbols=current "$1" | grep -o '\(lea\|mov\)q' |
    paste -sd' ')"
}
distributed=(--thinlto-distributor="$w/distributor" --thinlto-remote-compiler="$(command -v clang-22)")
{
  link "in process"
  link "distributed" "${distributed[@]}"
  link "with declarations" "${distributed[@]}" -mllvm -import-declaration
  cmp -s "in process" "with declarations" && echo equal
} | tee seen
diff - seen <<'S'
in process: movq
distributed: leaq movq
with declarations: movq
equal
S
