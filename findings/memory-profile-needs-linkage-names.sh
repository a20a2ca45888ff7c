#!/usr/bin/env bash
# A memory profile matches no C++ function, without a warning, when the source is compiled with -gmlt alone.
#
# Seen with clang and LLVM 22.1.8 (Debian 12). -fmemory-profile-use= finds functions by the linkage names in debug
# information. -gmlt gives line tables, and one would expect them to do: the profile's locations are lines. But -gmlt
# leaves the linkage names out, so a C++ function has its plain name in debug information, its hash isn't in the
# profile, and no allocation gets its profile: nothing is said, not even with -Wall -Wextra.
# -fdebug-info-for-profiling, or -g, brings the names.
#
# Output seen (allocations that got their profile): "-gmlt: 0, no warning", "-gmlt -fdebug-info-for-profiling: 1, no
# warning", "-g: 1, no warning".
# Exits 0 while it is so, 1 when clang behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

cat >profile.yaml <<'Y'
---
HeapProfileRecords:
  - GUID: _Z5allocv
    AllocSites:
      - Callstack:
          - { Function: _Z5allocv, LineOffset: 0, Column: 24, IsInlineFrame: false }
        MemInfoBlock:
          AllocCount: 1
          TotalSize: 10
          TotalLifetime: 1000000
          TotalLifetimeAccessDensity: 0
Y
llvm-profdata-22 merge profile.yaml -o memprof.profdata || exit 2
echo 'char *alloc() { return new char[10]; }' >a.cc
try() { # OPTION…
  clang++-22 -Wall -Wextra -O2 "$@" -fmemory-profile-use=memprof.profdata -S -emit-llvm a.cc -o a.ll 2>said || exit 2
  if grep -q -E '"memprof"="cold"|!memprof' a.ll; then found=1; else found=0; fi
  if [ -s said ]; then warning="a warning"; else warning="no warning"; fi
  echo "$*: $found, $warning"
}
{
  try -gmlt
  try -gmlt -fdebug-info-for-profiling
  try -g
} | tee seen
diff - seen <<'S'
-gmlt: 0, no warning
-gmlt -fdebug-info-for-profiling: 1, no warning
-g: 1, no warning
S
