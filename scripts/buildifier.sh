#!/usr/bin/env bash
# Checks the form of every Starlark file of this repository, with all warnings,
# or gives them that form. Usage: buildifier.sh [check|fix].
set -euo pipefail

stop() {
  printf 'buildifier.sh: %s\n' "$2" >&2
  exit "$1"
}

mode=${1:-check}
case $mode in
  check | fix) ;;
  *) stop 2 "usage: buildifier.sh [check|fix]" ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")/.."
mapfile -t files < <(find . \( -name .git -o -name 'bazel-*' ! -name '*.*' -o -path ./bin \) -prune -o -type f \
  \( -name '*.bzl' -o -name '*.bazel' -o -name BUILD -o -name WORKSPACE \) -print | sort)
[[ ${#files[@]} -gt 0 ]] || stop 1 "there are no Starlark files here"
go tool buildifier "-mode=$mode" -lint=warn -warnings=all "${files[@]}"
