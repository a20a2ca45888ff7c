#!/usr/bin/env bash
# Installs the build systems with which tests build examples, as far as they are missing:
# CMake, Ninja, Meson, autotools and Cargo. Cargo that is there already, such as rustup's,
# is used if its LLVM isn't newer than 22; Debian 12's rustc-web has LLVM 22.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=(cmake ninja-build meson autoconf automake libtool)
command -v cargo >/dev/null || packages+=(rustc-web cargo-web)
exec "$here/install-tools.sh" "${packages[@]}"
