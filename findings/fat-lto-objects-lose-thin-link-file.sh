#!/usr/bin/env bash
# With -ffat-lto-objects, clang doesn't write the file of -fthin-link-bitcode=, and exits with 0.
#
# Seen with clang 22.1.8 (Debian 12). Build systems with distributed ThinLTO, such as Bazel, have each compilation write
# a second file, which holds only what the thin link reads, by -Xclang -fthin-link-bitcode=FILE. -flto=thin
# -ffat-lto-objects puts the same bitcode into a section of a native object, for which lld makes a ThinLTO link as well.
# One would expect the file, or an error. But the pass that embeds the bitcode doesn't know of it, and nothing is said:
# the thin link finds that the file is missing.
#
# Output seen: "bitcode: object and file; fat: object alone, exit code 0"
# Exits 0 while it is so, 1 when clang behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

echo 'int f(int x) { return x * 3; }' >a.c
compile() { # NAME OPTION…: what there is
  clang-22 -O2 -flto=thin "${@:2}" -c a.c -o "$1.o" -Xclang -fthin-link-bitcode="$1.thin" 2>"$1.messages" || return
  [[ ! -s $1.messages ]] || { echo "messages"; return; }
  if [[ -s $1.o && -s $1.thin ]]; then echo "object and file"; elif [[ -s $1.o ]]; then echo "object alone"; fi
}
bitcode=$(compile bitcode) || exit 2
fat=$(compile fat -ffat-lto-objects)
echo "bitcode: $bitcode; fat: $fat, exit code $?"
llvm-readelf-22 -S fat.o | grep -q '\.llvm\.lto' || exit 2
[[ $bitcode = "object and file" && $fat = "object alone" ]]
