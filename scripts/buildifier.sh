#!/usr/bin/env bash
# Checks the form of every Starlark file of this repository, with all warnings,
# or gives them that form. Fetches buildifier from the npm registry once.
# Usage: buildifier.sh [check|fix]. Exits 3 if buildifier cannot be had.
set -euo pipefail

version=8.2.1
sha512=799fc0abedabe0f7096ba2db3c24fa7df80825f4d4fe062296a233a17d8e2cce
sha512+=273646d00bab5330f64d9fb6871e38463f16cd2efe35ce6e17aadd689422e05f

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib/again.sh disable=SC1091
source "$here/lib/again.sh"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/thinrex-bazel
buildifier=$cache/buildifier-$version

stop() {
  local code=$1
  shift
  printf 'buildifier.sh: %s\n' "$@" >&2
  exit "$code"
}

# fetch: npm's package has buildifier's program for each system inside.
fetch() {
  local system processor tarball
  case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    *) stop 3 "buildifier is fetched for Linux and macOS only" ;;
  esac
  case $(uname -m) in
    x86_64) processor=amd64 ;;
    aarch64 | arm64) processor=arm64 ;;
    *) stop 3 "there is no buildifier for $(uname -m)" ;;
  esac
  command -v npm >/dev/null || "$here/install-tools.sh" npm
  mkdir -p "$cache"
  scratch=$(mktemp -d "$cache/fetch.XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  (
    cd "$scratch" &&
      again npm pack --silent --ignore-scripts --cache "$scratch/npm" "@bazel/buildifier@$version" >log 2>&1
  ) || {
    tail -n 5 "$scratch/log" >&2
    stop 3 "npm cannot fetch @bazel/buildifier $version"
  }
  tarball=$(echo "$scratch"/*.tgz)
  echo "$sha512  $tarball" | sha512sum --check --status ||
    stop 3 "npm's @bazel/buildifier $version is not the package that this script knows"
  tar -xzf "$tarball" -C "$scratch"
  mv "$scratch/package/buildifier-${system}_$processor" "$buildifier"
}

mode=${1:-check}
case $mode in
  check | fix) ;;
  *) stop 2 "usage: buildifier.sh [check|fix]" ;;
esac
[[ -x $buildifier ]] || fetch

cd "$here/.."
mapfile -t files < <(find . \( -name .git -o -name 'bazel-*' ! -name '*.*' -o -path ./bin \) -prune -o -type f \
  \( -name '*.bzl' -o -name '*.bazel' -o -name BUILD -o -name WORKSPACE \) -print | sort)
[[ ${#files[@]} -gt 0 ]] || stop 1 "there are no Starlark files here"
"$buildifier" "-mode=$mode" -lint=warn -warnings=all "${files[@]}"
