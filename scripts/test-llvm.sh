#!/usr/bin/env bash
# Tests shards, links, slices and `thinrex cc` with LLVMs newer than 22, which llvm.sh provides.
# Usage: test-llvm.sh [23|24]…; without arguments 23, and 24 if Debian has one that can be installed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "${here%/*}"

# Tests for which the version of LLVM matters. Slices are also compared in two random programs.
packages=(./go/bitcode ./go/link/canon ./go/link/slice ./go/object/... ./go/compile/searchpath)
slices='TestEqualObjects$/^(C_|C\+\+_-O2$)|TestEqualObjectsElsewhere|TestRefused|TestUnknownValue|TestUnrelatedEdits'
# What an option does to the outputs, and what clang reads, is the version's; the rest takes many minutes more.
compile='^Test(Options|Profiles|Record|PlacesOfRecords|FatObjects|PathsUnderMap|DriverNames|Variables)'
scripts='^TestScripts$/^(archives|cc|cc-backend|coff|gpu|link|memprof)$'

# test_with VERSION runs them: they are built here, and run where the programs are those of the version.
test_with() {
  local run=(go test -vet=off -timeout 0 -exec "$here/llvm.sh $1 $PWD/bin/patient") # make has built bin
  "${run[@]}" "${packages[@]}"
  "${run[@]}" ./go/link/slice/cut -run "$slices"
  "${run[@]}" ./go/compile -run "$compile"
  "${run[@]}" ./go/cmd/thinrex -run "$scripts"
  "$here/llvm.sh" "$1" "$PWD/bin/slicinghunt" -seed 1 -seeds 2 -edits 2 "$PWD/bin/thinrex"
}

versions=("$@")
if [[ $# -eq 0 ]]; then
  versions=(23)
  # A snapshot in Debian experimental comes and goes, and may lack what it depends on.
  if "$here/llvm.sh" 24 true; then
    versions+=(24)
  else
    echo "test-llvm.sh: LLVM 24 is not tested, because its root folder can't be made"
  fi
fi
go build -o bin/slicinghunt ./go/internal/slicinghunt
for version in "${versions[@]}"; do
  "$here/llvm.sh" "$version" true
  echo "with LLVM $version:"
  test_with "$version"
done
