#!/usr/bin/env bash
# clang's depfile lists headers that were skipped, again by each name, and headers that were only asked for.
#
# Seen with clang 22.1.8 and GCC 12.2 (Debian 12). A depfile (-MD) is meant to hold the files that the object was made
# from, and GCC's holds just these. clang's also has a header that #pragma once kept out, under the longer name by
# which it was included the second time (up/../up/../up/a.h is up/a.h), and one that only __has_include asked for. So
# build systems build again after a change of a header that gave nothing; and a tool that takes the names for files
# that were entered, and looks from their folders for what they include, finds ever longer names of the same two
# files.
#
# Output seen:
#   clang, circle: s.c up/a.h up/../up/b.h up/../up/../up/a.h
#   gcc, circle: s.c up/a.h up/../up/b.h
#   clang, __has_include: h.c asked.h
#   gcc, __has_include: h.c
# Exits 0 while it is so, 1 when a compiler behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2
debian "$w/root" cpp-12=12.2.0-14+deb12u1 libmpc3 libmpfr6 libgmp10 libisl23 || exit 2

mkdir up
printf '#pragma once\n#include "../up/b.h"\n' >up/a.h
printf '#pragma once\n#include "../up/a.h"\n' >up/b.h
echo '#include "up/a.h"' >s.c
echo 'int asked;' >asked.h
printf '#if __has_include("asked.h")\nint y;\n#endif\n' >h.c
list() { # NAME SOURCE COMMAND…
  "${@:3}" -M -MF deps -MT o "$2" || exit 2
  echo "$1: $(tr -d '\\\n' <deps | sed 's/^o: *//; s| */usr/include/stdc-predef.h||; s/  */ /g')"
}
for source in "circle s.c" "__has_include h.c"; do
  read -r name file <<<"$source"
  list "clang, $name" "$file" clang-22 -E
  list "gcc, $name" "$file" x86_64-linux-gnu-cpp-12
done | tee seen
diff - seen <<'S'
clang, circle: s.c up/a.h up/../up/b.h up/../up/../up/a.h
gcc, circle: s.c up/a.h up/../up/b.h
clang, __has_include: h.c asked.h
gcc, __has_include: h.c
S
