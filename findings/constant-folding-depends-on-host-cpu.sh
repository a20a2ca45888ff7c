#!/usr/bin/env bash
# What clang makes of sin(0.259) depends on the processor that clang runs on.
#
# Seen with clang 22.1.8 (Debian 12, glibc 2.36). LLVM computes calls of mathematical functions with constant
# arguments at compile time, and one would expect the result to be a function of the source and the target. But it
# calls the libm of the machine that compiles, and glibc's libm has several variants of sin, chosen by the processor
# at start: with fused multiply-add the last bit is another. So the same compiler writes different objects on two
# machines; here GLIBC_TUNABLES, which takes processor features away from glibc, stands for the older machine. Cross
# compilation doesn't help: code for AArch64 gets the same x86 dependent constant.
#
# Output seen: 0x3FD0642C1D85096E with FMA, 0x3FD0642C1D85096F without, for x86-64 and AArch64 alike.
# Exits 0 while it is so, 1 when both agree, 2 when it can't be tried (no FMA and AVX2 here).
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

grep -q -w fma /proc/cpuinfo && grep -q -w avx2 /proc/cpuinfo || {
  echo "this processor has no FMA or no AVX2" >&2
  exit 2
}
echo 'double sin(double); double f(void) { return sin(0.259); }' >a.c
constant() { # TARGET
  clang-22 --target="$1" -O2 -S -emit-llvm a.c -o a.ll || exit 2
  sed -n 's/.*ret double //p' a.ll
}
bad=0
for target in x86_64-linux-gnu aarch64-linux-gnu; do
  with=$(constant $target)
  without=$(GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX2_Usable,-FMA_Usable,-FMA4_Usable constant $target)
  echo "$target: $with with FMA, $without without"
  [ "$with" = "0x3FD0642C1D85096E" ] && [ "$without" = "0x3FD0642C1D85096F" ] || bad=1
done
exit $bad
