#!/usr/bin/env bash
# Runs a command where LLVM is newer than the 22 that the tests are written for.
#
#   llvm.sh 23|24 COMMAND [ARG…]
#
# 23 is that of Debian sid, and 24 the snapshot in Debian experimental. The command
# runs in a root folder of that Debian, which the first call makes: that takes half
# a minute and 0.7 GB, and needs root and the right to make namespaces. There the
# programs also have the names of 22's, so that tests run as they are: clang-22 is
# clang-23. The command sees the current directory, this repository and the temporary
# folder, each under its own path, and this machine's Go.
#
#   THINREX_LLVM_ROOTS   the folder that the root folders are in (~/.cache/thinrex-llvm)
#   THINREX_LLVM_MIRROR  URL of a Debian mirror, if apt's sources have none
#
# Exits 2 on bad usage, 3 if it cannot be done here, else as the command does.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repo=${here%/*}
# shellcheck source-path=SCRIPTDIR source=lib/debian-root.sh disable=SC1091
source "$here/lib/debian-root.sh"

stop() {
  local code=$1
  shift
  printf 'llvm.sh: %s\n' "$@" >&2
  exit "$code"
}

# finish_root FOLDER gives the programs of this LLVM the names that the tests use.
finish_root() {
  local name
  say "LLVM $(dpkg-query --admindir="$1/var/lib/dpkg" -W -f='${Version}' "clang-$version")"
  for name in "$1/usr/bin"/*-"$version"; do ln -s "${name##*/}" "${name%-"$version"}-22"; done
}

[[ $# -ge 2 ]] || stop 2 "usage: llvm.sh 23|24 COMMAND [ARG…]"
version=$1
shift
# shellcheck disable=SC2034 # for debian-root.sh
case $version in
  23) ;;
  24) root_further=experimental ;;
  *) stop 2 "there is no LLVM $version here: 23 or 24" ;;
esac
# shellcheck disable=SC2034 # for debian-root.sh
{
  root=${THINREX_LLVM_ROOTS:-${XDG_CACHE_HOME:-$HOME/.cache}/thinrex-llvm}/$version
  root_suite=sid
  root_packages=clang-$version,lld-$version,llvm-$version,libclang-rt-$version-dev # which has lists for sanitizers
  root_mirror=THINREX_LLVM_MIRROR
  root_otherwise="or install LLVM $version and run the tests with names such as clang-22 for its programs"
}
make_root
in_root -- CGO_ENABLED=0 "$@" # there is no GCC
