#!/usr/bin/env bash
# Installs the .deb of the last commit in a Debian that has no compiler, by apt, which
# brings clang and lld with it, and runs there the commands that README.md gives to
# newcomers. The second link must compile nothing. make package-check calls it, after
# nfpm was built.
#
# The Debian is forky, in a root folder that the first call makes. It needs root and the
# right to make namespaces.
#
#   THINREX_PACKAGE_ROOT    the root folder (~/.cache/thinrex-package/forky)
#   THINREX_PACKAGE_MIRROR  URL of a Debian mirror, if apt's sources have none
#
# Exits 3 if it cannot be done here, 1 if something isn't as it should be.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repo=${here%/*}
# shellcheck source-path=SCRIPTDIR source=lib/debian-root.sh disable=SC1091
source "$here/lib/debian-root.sh"

stop() {
  local code=$1
  shift
  printf 'check-package.sh: %s\n' "$@" >&2
  exit "$code"
}

# shellcheck disable=SC2034 # for debian-root.sh
{
  root=${THINREX_PACKAGE_ROOT:-${XDG_CACHE_HOME:-$HOME/.cache}/thinrex-package/forky}
  root_suite=forky
  root_packages=ca-certificates
  root_mirror=THINREX_PACKAGE_MIRROR
  root_otherwise="or install the .deb on a Debian of your own"
}
make_root

work=$(mktemp -d "${TMPDIR:-/tmp}/thinrex-package.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
git -c advice.detachedHead=false clone -q "$repo" "$work/clone"
(cd "$work/clone" && go run ./go/internal/release -only "linux/$(go env GOARCH)" -nfpm "$repo/bin/nfpm" dist)

# The copy that is changed. apt's packages are kept for the next time.
new=$work/root archives=${root%/*}/archives
cp -a --reflink=auto "$root" "$new"
mkdir -p "$archives" "$new/home/you"
apt_options >"$new/etc/apt/apt.conf.d/80here"
cp "$work/clone"/dist/*.deb "$new/home/you"
cat >"$new/home/you/main.cc" <<'END'
int twice(int);
int main() { return twice(21) - 42; }
END
echo 'int twice(int x) { return 2 * x; }' >"$new/home/you/twice.cc"

# The commands of the block in README.md that begins with apt's, as root and without questions.
awk '/^\$ sudo apt install/ { on = 1 } /^```/ { on = 0 } on && sub(/^\$ /, "")' "$repo/README.md" |
  sed 's/^sudo apt install/apt-get -qq -y install/; s/ [^ ]*\.deb$/ .\/thinrex_*.deb/' >"$new/home/you/commands"
[[ $(wc -l <"$new/home/you/commands") -eq 5 ]] ||
  stop 1 "README.md should have five commands, the first of them sudo apt install:" "$(<"$new/home/you/commands")"

# Kept by the shell that is the first process of the namespaces: all ends with it.
# shellcheck disable=SC2016 # for the inner bash to expand
inside='
  root=$1 archives=$2
  mount --bind "$root" "$root"
  mount --rbind /dev "$root/dev"
  mount -t proc proc "$root/proc"
  mount --bind "$archives" "$root/var/cache/apt/archives"
  for name in etc/resolv.conf etc/hosts; do [[ ! -f /$name ]] || mount --bind "/$name" "$root/$name"; done
  if [[ -d /etc/ssl/certs ]]; then mount --bind /etc/ssl/certs "$root/etc/ssl/certs" 2>/dev/null || true; fi
  chroot "$root" env -i HOME=/home/you PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive \
    bash -euc "$3"'
in_new() {
  unshare --mount --pid --fork --kill-child --propagation private bash -euc "$inside" inside "$new" "$archives" "$1"
}
# The commands have one try: in a second one, the first link would hit.
{ again in_new "apt-get -qq update" && in_new "cd /home/you; set -x; . ./commands; ./app"; } >"$work/log" 2>&1 || {
  tail -n 30 "$work/log" >&2
  stop 1 "the commands of README.md fail in a new Debian"
}
grep -E '^(\+|ok|warning|broken|thinrex:|Setting up (thinrex|clang-|lld-))' "$work/log"
! grep -qE '^(warning|broken) ' "$work/log" || stop 1 "thinrex doctor found something wrong"
tail -n 3 "$work/log" | grep -q '^thinrex: 2 jobs: 2 hits, 0 local' || stop 1 "the second link compiled something again"
