#!/usr/bin/env bash
# With -flto=thin (or -flto), file-level assembly may not use the instructions that -march allows.
#
# Seen with clang 22.1.8 (Debian 12). A file-level __asm__ with an instruction of the processor named by -march
# compiles without LTO. With it, one would expect the same or an error at the link; but the compiler itself fails, at
# -c: it parses the assembly to list its symbols in the bitcode's symbol table, and does so for the bare target,
# without the features of the command line. For RISC-V even the features that the ABI implies are missing: a
# double-precision instruction fails for riscv64-linux-gnu. From LLVM 23 on the module holds the features, and the SVE
# case compiles.
#
# Output seen: "native ok, thin fails, full fails" for AArch64 SVE, RISC-V D, z/Architecture vector-packed-decimal and
# MIPS64r2.
# Exits 0 while it is so, 1 when clang behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

bad=0
try() { # NAME INSTRUCTION ARGUMENT…
  local name=$1 result=
  printf '__asm__(".globl z\\nz:\\n%s\\n");\nint f(int x) { return x * 3; }\n' "$2" >a.c
  for mode in "native -fno-lto" "thin -flto=thin" "full -flto"; do
    if clang-22 "${@:3}" "${mode#* }" -O2 -c a.c -o a.o >said 2>&1; then
      result+="${mode% *} ok, "
    elif grep -q 'instruction requires' said; then
      result+="${mode% *} fails, "
    else
      cat said >&2
      exit 2
    fi
  done
  echo "$name: ${result%, }"
  [ "$result" = "native ok, thin fails, full fails, " ] || bad=1
}
try "AArch64 SVE" 'ptrue p0.b' --target=aarch64-linux-gnu -march=armv8-a+sve
try "RISC-V D" 'fadd.d fa0, fa1, fa2' --target=riscv64-linux-gnu
try "z/Architecture" 'vlrl %v1, 0(%r1), 5' --target=s390x-linux-gnu -march=z14
try "MIPS64r2" 'drotr $2, $4, 13' --target=mips64el-linux-gnuabi64
exit $bad
