#!/usr/bin/env bash
# Installs clang, lld and the LLVM tools of version 22, as far as they are missing.
# Usage: install-tools.sh [PACKAGE…], to install further Debian packages, too.
# Prints nothing if nothing is missing. Exits 3 if something can't be installed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib/again.sh disable=SC1091
source "$here/lib/again.sh"

stop() {
  printf 'install-tools.sh: %s\n' "$@" >&2
  exit 3
}

have_all() {
  local tool
  for tool; do command -v "$tool" >/dev/null || return 1; done
}

installed() {
  [[ $(dpkg-query -W -f='${Status}' "$1" 2>/dev/null) = "install ok installed" ]]
}

candidate() {
  local policy
  policy=$(LC_ALL=C apt-cache policy "$1")
  [[ $policy = *Candidate:* && $policy != *"Candidate: (none)"* ]]
}

# wanting: the packages to install for which apt has no candidate.
wanting() {
  local package
  for package in "${packages[@]}"; do candidate "$package" || printf '%s ' "$package"; done
}

as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  else
    sudo -n "$@"
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 \
    -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 "$@" >&2
}

# update fails if any list can't be had; those that can are taken all the same.
update() {
  apt_get -o APT::Update::Error-Mode=any update
}

packages=()
have_all clang-22 clang++-22 || packages+=(clang-22)
have_all ld.lld-22 lld-link-22 || packages+=(lld-22)
have_all llvm-ar-22 llvm-nm-22 llvm-bcanalyzer-22 || packages+=(llvm-22)
for package; do
  installed "$package" || have_all "${package%-build}" || packages+=("$package") # ninja-build has ninja
done
[[ ${#packages[@]} -gt 0 ]] || exit 0

# Only one of these scripts uses apt at a time. When it's our turn, begin again:
# the other may have installed what is missing.
[[ -n ${THINREX_INSTALLS_ALONE-} ]] || ! have_all flock ||
  THINREX_INSTALLS_ALONE=1 exec flock "${BASH_SOURCE[0]}" "${BASH_SOURCE[0]}" "$@"

have_all apt-get apt-cache || stop \
  "needed and not found: ${packages[*]}" \
  "there is no apt-get here: install LLVM 22 (clang, lld, llvm) in your system's way," \
  "with its programs named clang-22, ld.lld-22, llvm-ar-22 and so on in the PATH"
as_root true 2>/dev/null || stop "run this as root: apt-get install -y --no-install-recommends ${packages[*]}"

[[ -z $(wanting) ]] || again update || true
absent=$(wanting)
[[ -z $absent ]] || stop \
  "apt's sources have no ${absent% }" \
  "LLVM 22 for Debian and Ubuntu comes from the LLVM project: get llvm.sh from apt.llvm.org, run 'llvm.sh 22'"

install_packages() {
  apt_get install -y --no-install-recommends "${packages[@]}"
}
# Lists may be older than the packages that the servers still have.
install_packages || { again update || true; again install_packages; } || stop "apt-get could not install ${packages[*]}"
