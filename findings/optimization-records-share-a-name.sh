#!/usr/bin/env bash
# Compiled without -o, a.x.c and a.y.c have their own objects, and one record of the optimiser's remarks.
#
# Seen with clang 22.1.8 (Debian 12). clang -c names the object after the source less its extension: a.x.o. One would
# expect the record of -fsave-optimization-record beside it, as a.x.opt.yaml, as it is with -o a.x.o. But without -o
# the driver first takes the source's stem, a.x, and then replaces its extension, .x, too (renderRemarksOptions in
# clang/lib/Driver/ToolChains/Clang.cpp). So the second compilation overwrites the first one's record, without a word.
#
# Output seen:
#   without -o: a.opt.yaml a.x.o a.y.o, remarks of: g
#   with -o: a.x.o a.x.opt.yaml a.y.o a.y.opt.yaml, remarks of: f g
# Exits 0 while it is so, 1 when clang behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

mkdir sources without with || exit 2
echo 'static int s(int x) { return x * 3; } int f(int x) { return s(x); }' >sources/a.x.c
echo 'static int s(int x) { return x * 5; } int g(int x) { return s(x); }' >sources/a.y.c
seen() { # FOLDER TEXT
  local remarks
  remarks=$(sed -n 's/^Function: *//p' "$1"/*.yaml | sort -u | xargs)
  echo "$2: $(ls "$1" | xargs), remarks of: $remarks"
}
for name in a.x a.y; do
  (cd without && clang-22 -O2 -c ../sources/$name.c -fsave-optimization-record) || exit 2
  (cd with && clang-22 -O2 -c ../sources/$name.c -fsave-optimization-record -o $name.o) || exit 2
done
{ seen without "without -o"; seen with "with -o"; } | tee seen
diff - seen <<'S'
without -o: a.opt.yaml a.x.o a.y.o, remarks of: g
with -o: a.x.o a.x.opt.yaml a.y.o a.y.opt.yaml, remarks of: f g
S
