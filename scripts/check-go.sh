#!/usr/bin/env bash
# Exits 3, and says where Go comes from, unless the go in the PATH is as new as go.mod
# asks for. A go that is older than 1.21 can't even read this go.mod.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

needed=$(awk '$1 == "go" { print $2 }' go.mod)
if ! command -v go >/dev/null; then
  have="there is no go in the PATH: install your system's (golang-go), whatever its version, or see go.dev/dl"
elif ! version=$(go env GOVERSION); then
  have="go fails"
else
  # Go 1.21 or later has replaced itself by now, if GOTOOLCHAIN allows that.
  [[ $(printf '%s\n' "$needed" "${version#go}" | sort -V | head -n 1) != "$needed" ]] || exit 0
  have="the go in the PATH is $version"
fi
cat >&2 <<END
thinrex is built with Go ${needed%.0} or later, and $have
  Go 1.21 or later fetches a newer one by itself:  export GOTOOLCHAIN=auto
  an older one, such as Debian 12's, with a script:  export PATH=\$(scripts/fetch-go.sh)/bin:\$PATH
END
exit 3
