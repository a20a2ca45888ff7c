#!/usr/bin/env bash
# Fetches Lua 5.4 from apt's sources, as upstream made it, without Debian's patches.
# Usage: fetch-lua.sh DIR; makes DIR. Exits non-zero if there is no apt-get or it has none.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib/again.sh disable=SC1091
source "$here/lib/again.sh"

# private_apt DIR: a configuration in DIR that has this machine's sources, as
# source packages, and leaves the machine's own lists, cache and hooks alone.
private_apt() {
  local apt=$1 list parts file
  mkdir -p "$apt/parts" "$apt/lists/partial" "$apt/cache/archives/partial"
  eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
  for file in "$list" "$parts"/*.list; do
    [[ ! -r $file ]] || sed -n 's/^[[:blank:]]*deb\([[:blank:]]\)/deb-src\1/p' "$file" >>"$apt/sources.list"
  done
  for file in "$parts"/*.sources; do
    [[ ! -r $file ]] || sed 's/^[Tt][Yy][Pp][Ee][Ss]:.*/Types: deb-src/' "$file" >"$apt/parts/${file##*/}"
  done
  cat >"$apt/apt.conf" <<EOF
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "$apt/parts";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
Acquire::Retries "3";
APT::Sandbox::User "root";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
EOF
}

fail() {
  printf 'fetch-lua.sh: %s\n' "$*" >&2
  exit 1
}

[[ $# -eq 1 ]] || fail "usage: fetch-lua.sh DIR"
[[ ! -e $1 ]] || fail "$1 is there already"
command -v apt-get >/dev/null || fail "there is no apt-get here"
apt=$(mktemp -d "${TMPDIR:-/tmp}/thinrex-lua.XXXXXX")
trap 'rm -rf "$apt"' EXIT
private_apt "$apt"
# Repositories without sources make update complain; what counts is the package.
download() {
  apt-get -qq -c "$apt/apt.conf" update || true
  (cd "$apt" && apt-get -qq -c apt.conf --download-only source lua5.4)
}
again download || fail "apt-get source lua5.4 failed"
mkdir "$1"
tar -xf "$apt"/lua5.4_*.orig.tar.?z -C "$1" --strip-components=1
