#!/usr/bin/env bash
# Two copies of one source with "omp target" compile to different objects: the entry's name holds the file's inode.
#
# Seen with clang 22.1.8 (Debian 12). Equal sources, arguments and names in two folders of one file system give equal
# objects. With -fopenmp-targets one would expect the same; but each target region gets the symbol
# __omp_offloading_<device>_<inode>_<function>_l<line>, of the device and inode of the source file in hexadecimal. So
# a checkout, a copy, or an editor that saves by renaming a new file changes the object; and device code compiled from
# another copy of the source than the host code has other names for the same regions. -ffile-prefix-map and
# -fdebug-compilation-dir have no say in it.
#
# Output seen: "host only: equal", "with -fopenmp-targets: different", and a symbol with the file's own inode.
# Exits 0 while it is so, 1 when clang behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

mkdir one two
cat >one/a.c <<'C'
void f(int *p) {
#pragma omp target map(p[0:1])
  p[0]++;
}
C
cp one/a.c two/
compile() { # OUTPUT ARGUMENT…
  local dir
  for dir in one two; do
    (cd $dir && clang-22 -O1 -fopenmp -ffile-prefix-map="$w/$dir"=/src "${@:2}" -c a.c -o "$1") || exit 2
  done
  if cmp -s "one/$1" "two/$1"; then echo equal; else echo different; fi
}
host=$(compile host.o)
target=$(compile target.o -fopenmp-targets=x86_64-pc-linux-gnu --offload-host-only)
inode=$(printf %x "$(stat -c %i one/a.c)")
name=$(llvm-nm-22 one/target.o | grep -o "__omp_offloading_[0-9a-f]*_${inode}_f_l2" | head -1)
echo "host only: $host"
echo "with -fopenmp-targets: $target"
echo "symbol with the inode of one/a.c: $name"
[ "$host $target" = "equal different" ] && [ -n "$name" ]
