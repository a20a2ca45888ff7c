#!/usr/bin/env bash
# Builds a release of the last commit twice, for this machine's system: in two folders,
# with other times, time zones, umasks, languages and caches of Go. All bytes must be
# equal. Then installs the wheel in a virtual environment, and runs what is in the
# packages. make release-check calls it, after nfpm was built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  printf 'check-release.sh: %s\n' "$@" >&2
  exit 1
}

work=$(mktemp -d "${TMPDIR:-/tmp}/thinrex-release.XXXXXX")
trap 'rm -rf "$work"' EXIT
system=$(go env GOOS)/$(go env GOARCH)
nfpm=$PWD/bin/nfpm

git -c advice.detachedHead=false clone -q . "$work/one"
# Of the same commit, whatever happens here meanwhile:
git -c advice.detachedHead=false clone -q "$work/one" "$work/another place"

# build FOLDER: the release of a clone, in its dist.
build() (
  cd "$1"
  go run ./go/internal/release -only "$system" -nfpm "$nfpm" dist
)
(umask 022 && TZ=UTC LC_ALL=C build "$work/one")
(umask 077 && TZ=Asia/Tokyo GOCACHE=$work/cache build "$work/another place")
diff -r "$work/one/dist" "$work/another place/dist" || fail "the same commit gave other bytes in another place"
(cd "$work/one/dist" && sha256sum --check --quiet SHA256SUMS)
cp "$work/one/dist"/* "$work"
cd "$work"

# runs PROGRAM: whether it is the thinrex of this release, and has its other programs beside it.
runs() {
  [[ $("$1" version) = "thinrex v"* ]] || fail "$1 doesn't print the version of a commit"
  [[ $("$1" help) = "Thinrex is a DTLTO distributor"* ]] || fail "$1 doesn't start thinrex-full"
  [[ $OSTYPE != linux* || -x ${1%/*}/thinrex-slicer ]] || fail "there is no ${1%/*}/thinrex-slicer"
}
mkdir archive
tar -xzf thinrex-*.tar.gz -C archive --strip-components=1
runs archive/bin/thinrex
if [[ $OSTYPE = linux* ]]; then
  for package in *.deb *.rpm; do [[ -s $package ]] || fail "there is no $package"; done
fi
if command -v dpkg-deb >/dev/null; then
  dpkg-deb -x thinrex_*.deb deb
  runs deb/usr/bin/thinrex
fi
if command -v rpm >/dev/null; then
  rpm --root "$work/rpm" --initdb
  rpm --root "$work/rpm" --install --nodeps thinrex-*.rpm
  runs rpm/usr/bin/thinrex
fi
if python3 -c 'import venv, ensurepip' 2>/dev/null; then
  python3 -m venv venv
  venv/bin/pip install -q --no-index --disable-pip-version-check thinrex-*.whl
  runs venv/bin/thinrex
  venv/bin/pip uninstall -q -y thinrex
  [[ ! -e venv/bin/thinrex && ! -e venv/share/man/man1/thinrex.1 ]] || fail "pip uninstall left files"
fi
echo "check-release.sh: two builds are equal, and run:"
cat SHA256SUMS
