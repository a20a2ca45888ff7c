#!/usr/bin/env bash
# An optimisation remark changes when the file that a #line directive names comes into being, though nothing reads
# that file.
#
# Seen with clang 22.1.8 (Debian 12). #line 1 "other.c" gives the lines that follow another name, in generated sources
# the one of the grammar or template. One would expect clang to repeat the name and never to open it: no dependency
# file lists it. But for an optimiser's remark (-Rpass=) it looks for a file of that name, and if it is one of the
# files that were read, by a symbolic link say, it shows that line of it; without the file it prints the name and says
# that it could not determine the original source location. So messages of a compilation depend on a file that isn't
# among its inputs.
#
# Output seen: "no file: could not determine the original source location", "link to the source: a line of it is
# shown".
# Exits 0 while it is so, 1 when clang behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

cat >a.c <<'C'
static int twice(int x) { return 2 * x; }
#line 1 "other.c"
int f(int x) { return twice(x); }
C
try() { # NAME
  clang-22 -O2 -Rpass=inline -MD -c a.c -o a.o 2>said || exit 2
  grep -q other.c a.d && exit 1
  if grep -q 'could not determine the original source location' said; then
    echo "$1: could not determine the original source location"
  elif grep -q '^ *[0-9]* |' said; then
    echo "$1: a line of it is shown"
  else
    cat said
  fi
}
{
  try "no file"
  ln -s a.c other.c
  try "link to the source"
} | tee seen
diff - seen <<'S'
no file: could not determine the original source location
link to the source: a line of it is shown
S
