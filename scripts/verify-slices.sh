#!/usr/bin/env bash
# Links examples/quickstart and Lua, whose sources it downloads, with --slicing=verify: each
# job is compiled with slices of its imports and with whole modules, and the link fails if
# the objects differ. The programs must equal those of in-process ThinLTO.
# Usage: verify-slices.sh PATH_TO_THINREX
# shellcheck disable=SC2034,SC2154 # some variables are those of lib/linktable.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib/linktable.sh disable=SC1091
source "$here/lib/linktable.sh"

# verify NAME TREE links link_inputs with link_command.
verify() {
  link "$2" "$work/inproc"
  link "$2" "$work/verified" "-fthinlto-distributor=$thinrex" -Xthinlto-distributor=--slicing=verify
  local summary
  summary=$(<"$THINREX_SUMMARY_FILE")
  [[ $summary =~ \"sliced\":\ *([0-9]+) && ${BASH_REMATCH[1]} -gt 0 ]] || fail "$1: no job was sliced: $summary"
  cmp "$work/inproc" "$work/verified" || fail "$1 differs from in-process ThinLTO"
  echo "$1: ${BASH_REMATCH[1]} jobs compiled with slices and with whole modules, all objects equal"
}

open_demo "$@"

cp -R "$here/../examples/quickstart" "$work/quickstart"
rm -rf "$work/quickstart/build"
quietly "$work/quickstart" make -j"$(nproc)" CXX=clang++-22 AR=llvm-ar-22 CXXFLAGS=-O2 BUILD=build inputs
link_command=(clang++-22 -O2 -flto=thin -fuse-ld=lld-22)
link_inputs=(build/main.o build/survey.o build/libshapes.a build/libreport.a)
verify quickstart "$work/quickstart"

"$here/fetch-lua.sh" "$work/lua" >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  fail "Lua's sources can't be downloaded"
}
quietly "$work/lua" make -j"$(nproc)" -C src CC="clang-22 -std=gnu99" MYCFLAGS=-flto=thin SYSCFLAGS=-DLUA_USE_LINUX \
  AR="llvm-ar-22 rcs" RANLIB=true lua.o liblua.a
link_command=(clang-22 -O2 -flto=thin -fuse-ld=lld-22)
link_inputs=(src/lua.o src/liblua.a -rdynamic -lm -ldl)
verify Lua "$work/lua"
