#!/usr/bin/env bash
# Fetches a Go that can build thinrex, for a machine whose go is older than 1.21, and prints
# its folder:  export PATH=$(scripts/fetch-go.sh)/bin:$PATH
# It comes from Go's module proxy, which has all versions of Go for every go command, and
# go checks it against Go's checksum database. It stays in go's module cache.
set -euo pipefail

version=1.26.8

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib/again.sh disable=SC1091
source "$here/lib/again.sh"

stop() {
  printf 'fetch-go.sh: %s\n' "$1" >&2
  exit 3
}

command -v go >/dev/null || stop "there is no go in the PATH to fetch it with: install your system's (golang-go)"
module=golang.org/toolchain@v0.0.1-go$version.$(go env GOHOSTOS)-$(go env GOHOSTARCH)
empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT
cd "$empty" # an old go can't read thinrex's go.mod
export GOFLAGS=-mod=mod GOWORK=off GOTOOLCHAIN=local
again go mod download "$module" >&2 || stop "go can't download $module"
folder=$(go env GOMODCACHE)/$module
# Files of modules can't be executed. A newer go command does the same after fetching another.
chmod +x "$folder"/bin/* "$folder"/pkg/tool/*/*
"$folder/bin/go" version >&2
echo "$folder"
