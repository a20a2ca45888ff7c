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

# llvm23 ROOT: clang, lld and the LLVM tools 23.1.4 of Debian sid; on PATH as clang-23, ld.lld-23, … They run with
# sid's libraries, which are newer than this system's. clang-23 can compile one file at a time.
llvm23() {
  local root=$1 version=1:23.1.4-2 mirror options deb name
  # shellcheck disable=SC2016 # for apt-get to expand
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m 1 '/debian/$') || return
  mkdir -p "$root"/apt/{lists,archives}/partial "$root/bin"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$root/apt/sources.list"
  : >"$root/apt/status"
  options=(-qq -o APT::Sandbox::User=root -o "Dir::State::lists=$root/apt/lists"
    -o "Dir::State::status=$root/apt/status" -o "Dir::Cache=$root/apt"
    -o "Dir::Etc::sourcelist=$root/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null)
  apt-get "${options[@]}" update &&
    apt-get "${options[@]}" -y --no-install-recommends --download-only install \
      "clang-23=$version" "lld-23=$version" "llvm-23=$version" || {
    echo "apt can't fetch LLVM $version from Debian sid; the archive has moved on" >&2
    return 1
  }
  for deb in "$root"/apt/archives/*.deb; do dpkg-deb -x "$deb" "$root/sid" || return; done
  for name in clang ld.lld llvm-ar llvm-dis llvm-nm; do
    cat >"$root/bin/$name-23" <<SH
#!/bin/sh
lib=$root/sid/usr/lib
exec "\$lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" --argv0 $name \\
  --library-path "\$lib/x86_64-linux-gnu:\$lib/llvm-23/lib" "\$lib/llvm-23/bin/$name" "\$@"
SH
    chmod +x "$root/bin/$name-23"
  done
  export PATH=$root/bin:$PATH
  clang-23 --version | head -1
}
