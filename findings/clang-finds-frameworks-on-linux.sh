#!/usr/bin/env bash
# clang finds a header in a framework on Linux, where there are no frameworks, without any option that names a folder
# of them.
#
# Seen with clang 22.1.8 (Debian 12), target x86_64-pc-linux-gnu. Frameworks are Apple's, and one would expect an ELF
# target not to know them unless -F says where they are. But when a header lies in a folder called F.framework/Headers
# and includes <G/g.h>, which no folder of the search path has, clang looks for
# F.framework/Frameworks/G.framework/Headers/g.h, and takes it. So what a header finds depends on the name of the
# folder that it lies in. A tool that works out from the search path which files would be read (a cache in direct
# mode, a scanner of dependencies) misses that place.
#
# Output seen: "in F.framework/Headers: found in the inner framework", "in F.folder/Headers: not found".
# Exits 0 while it is so, 1 when clang behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

for outer in F.framework F.folder; do
  mkdir -p $outer/Headers $outer/Frameworks/G.framework/Headers
  echo '#include <G/g.h>' >$outer/Headers/f.h
  echo 'int inner;' >$outer/Frameworks/G.framework/Headers/g.h
  echo "#include \"$outer/Headers/f.h\"" >$outer.c
done
try() { # FOLDER
  local result="not found"
  clang-22 --target=x86_64-pc-linux-gnu -E -P $1.c >out 2>said && grep -q 'int inner;' out &&
    result="found in the inner framework"
  echo "in $1/Headers: $result"
}
{ try F.framework; try F.folder; } | tee seen
diff - seen <<'S'
in F.framework/Headers: found in the inner framework
in F.folder/Headers: not found
S
