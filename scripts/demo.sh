#!/usr/bin/env bash
# Links examples/quickstart with and without thinrex and prints what was
# compiled. Usage: demo.sh PATH_TO_THINREX. Exits 1 if a promise is not kept.
# shellcheck disable=SC2034,SC2154 # some variables are those of lib/linktable.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib/linktable.sh disable=SC1091
source "$here/lib/linktable.sh"

open_demo "$@"
quickstart=$here/../examples/quickstart
tree=$work/quickstart
cp -R "$quickstart" "$tree"
rm -rf "$tree/build"

program=quickstart
link_command=(clang++-22 -O2 -flto=thin -fuse-ld=lld-22)
link_inputs=(build/main.o build/survey.o build/libshapes.a build/libreport.a)
edited_file=report/histogram.cc
edit='s/kBarWidth = 40/kBarWidth = 30/'
grown_file=shapes/shape.cc
added='static int Twice(int x) { return 2 * x; } int TwiceAndOne(int x) { return Twice(x) + 1; }'
expected_output=$quickstart/expected.txt

build_inputs() {
  make -j"$(nproc)" CXX=clang++-22 AR=llvm-ar-22 CXXFLAGS=-O2 BUILD=build inputs
}

run_program() { "$1"; }

echo "quickstart: a C++ program of 16 modules, its ThinLTO backends run and cached by thinrex"
show_links "$tree"
