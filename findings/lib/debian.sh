# Sourced by the findings that need programs from Debian 12 packages.
# shellcheck shell=bash

# debian ROOT PACKAGE[=VERSION]…: unpacks these below ROOT. Nothing is installed on the machine.
debian() {
  local root=$1 debs deb
  shift
  debs=$(mktemp -d) || return
  mkdir -p "$root"
  (cd "$debs" && apt-get -qq -o APT::Sandbox::User=root download "$@") || {
    echo "apt can't fetch these versions; run apt-get update, or the archive has moved on: $*" >&2
    rm -rf "$debs"
    return 1
  }
  for deb in "$debs"/*.deb; do dpkg-deb -x "$deb" "$root" || return; done
  rm -rf "$debs"
}

# llvm22 ROOT: clang, lld and the LLVM tools 22.1.8 with the libraries that they load; on PATH as clang-22, ld.lld-22, …
llvm22() {
  local version=1:22.1.8-1~deb12u1
  debian "$1" "clang-22=$version" "lld-22=$version" "llvm-22=$version" "libllvm22=$version" "libclang-cpp22=$version" \
    "libclang-common-22-dev=$version" libz3-4 libedit2 libbsd0 libmd0 libffi8 libxml2 libicu72 || return
  export PATH=$1/usr/lib/llvm-22/bin:$1/usr/bin:$PATH
  export LD_LIBRARY_PATH=$1/usr/lib/x86_64-linux-gnu
  clang-22 --version | head -1
}
