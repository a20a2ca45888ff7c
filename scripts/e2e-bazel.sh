#!/usr/bin/env bash
# Tests the Bazel rules with real Bazels, see e2e/bazel.
# Usage: e2e-bazel.sh [7|4|own]…, as in bazel.sh. The default is 4 and, if the
# PATH has a Bazel, own, otherwise 7. Prints a line when a test begins and ends,
# and the whole output if one fails.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

bazels=("$@")
if [[ $# -eq 0 ]]; then
  bazels=(7 4)
  "$here/bazel.sh" own --version >/dev/null 2>&1 && bazels=(own 4)
fi
for bazel in "${bazels[@]}"; do
  "$here/bazel.sh" "$bazel" --exec true # makes and installs what is missing
done
[[ ${bazels[*]} = 7 ]] || "$here/install-tools.sh" cmake ninja-build # 7's root has its own

scratch=$(mktemp -d "${TMPDIR:-/tmp}/e2e-bazel.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cd "$here/../e2e/bazel"
go build -o "$scratch/patient" ../../go/internal/patient
go test -c -tags e2e_bazel -o "$scratch/e2e-bazel" .
echo "rules with Bazel ${bazels[*]}, side by side: some 3 minutes"
THINREX_E2E_BAZELS="${bazels[*]}" "$scratch/patient" -limit 20m "$scratch/e2e-bazel" -test.v -test.timeout 0 2>&1 |
  tee "$scratch/log" | grep --line-buffered -E '^=== RUN|^ *--- |^(PASS|FAIL)$' || {
  cat "$scratch/log" >&2
  exit 1
}
