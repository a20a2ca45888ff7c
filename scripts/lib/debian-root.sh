# shellcheck shell=bash
# Root folders that hold another Debian, made by mmdebstrap, and the way to run a
# command in one. The script that sources this has stop, here and repo, and sets
#   root            the folder
#   root_suite      its Debian: forky
#   root_packages   what is installed there, divided by commas
#   root_mirror     the name of the variable in which users may give a mirror's URL
#   root_otherwise  what users can do who can't have it
# and may set
#   root_further    another suite that packages come from which root_suite lacks
#   finish_root     a function that checks or completes a new root, in the folder $1

# shellcheck source-path=SCRIPTDIR source=again.sh disable=SC1091
source "${BASH_SOURCE[0]%/*}/again.sh"

root_further=
finish_root() { :; }

say() { printf '%s: %s\n' "${0##*/}" "$*"; }

# The file in a root that says what it was made with.
root_stamp() { printf '%s\n' "${root_packages:?}"; }

root_is_made() { [[ -r $root/etc/thinrex-root && $(<"$root/etc/thinrex-root") = "$(root_stamp)" ]]; }

# package_version PACKAGE [OPTION…]: 7.7.1 for the package 7.7.1+ds-8, 22.1.8 for 1:22.1.8-1.
package_version() {
  local version
  version=$(dpkg-query "${@:2}" -W -f='${Version}' "$1")
  version=${version#*:}
  echo "${version%%[+-]*}"
}

# debian_mirror: the URL of the first archive of Debian that apt knows.
# shellcheck disable=SC2016 # for apt-get to expand
debian_mirror() {
  local line
  if [[ -n ${!root_mirror-} ]]; then
    echo "${!root_mirror}"
    return
  fi
  while read -r line; do
    [[ $line != */debian/ ]] || { echo "$line"; return; }
  done < <(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages')
  stop 3 "apt's sources name no Debian mirror: give its URL in $root_mirror"
}

# apt_options: what apt of this machine needs to reach its sources, for another
# apt. That checks how old an archive is unless this one doesn't.
apt_options() {
  local name
  echo 'Acquire::Retries "3";'
  for name in Check-Valid-Until http https; do
    apt-config dump --format '%F "%v";%n' "Acquire::$name"
  done
}

# bootstrap makes a new root in $aside, from $mirror. With --quiet, mmdebstrap wouldn't
# pass on why apt fails.
# shellcheck disable=SC2016 # for mmdebstrap's shell to expand
bootstrap() {
  local suite sources=()
  for suite in "${root_suite:?}" $root_further; do sources+=("deb ${mirror:?} $suite main"); done
  rm -rf --one-file-system "${aside:?}/root"
  mmdebstrap --variant=minbase --include="$root_packages" --aptopt="$aside/apt.conf" --dpkgopt=force-unsafe-io \
    --setup-hook='mkdir -p "$1/usr/share/man/man1"' "$root_suite" "$aside/root" "${sources[@]}"
}

# make_root makes the root folder unless it is there: aside, then renamed.
make_root() {
  local mirror
  [[ $EUID -eq 0 ]] || stop 3 "this is run in a root folder of its own, which needs root: run it as root," \
    "${root_otherwise:?}"
  command -v unshare >/dev/null || stop 3 "there is no unshare here: install util-linux"
  unshare --mount --pid --fork true 2>/dev/null ||
    stop 3 "this is run in namespaces of its own, which this root may not make" \
    "(a container without CAP_SYS_ADMIN?): start the container with --privileged," "$root_otherwise"
  ! root_is_made || return 0
  mkdir -p "${root%/*}"
  (
    flock 9
    ! root_is_made || exit 0
    "${here:?}/install-tools.sh" mmdebstrap
    mirror=$(debian_mirror)
    say "making $root with Debian $root_suite${root_further:+ and $root_further} (once)"
    aside=$(mktemp -d "$root.XXXXXX")
    trap 'rm -rf --one-file-system "$aside"' EXIT
    trap 'exit 143' TERM
    trap 'exit 130' INT
    apt_options >"$aside/apt.conf"
    again bootstrap >"$aside/log" 2>&1 || {
      grep -v '^I: ' "$aside/log" | tail -n 20 >&2
      stop 3 "mmdebstrap cannot make Debian $root_suite from the mirror of apt's sources:" \
        "give the URL of another in $root_mirror, that of an older $root_suite (a snapshot) if a package is gone"
    }
    finish_root "$aside/root"
    rm -f "$aside/root/etc/apt/apt.conf.d/99mmdebstrap" # apt_options, with a proxy's password perhaps
    touch "$aside/root/etc/resolv.conf" "$aside/root/etc/hosts"
    root_stamp >"$aside/root/etc/thinrex-root"
    rm -rf --one-file-system "$root"
    mv -T "$aside/root" "$root"
  ) 9>"$root.lock" >&2
}

# inside ROOT DIR PATH… -- COMMAND… runs as the first process of its namespaces:
# it makes a root of ROOT's folders, read-only, and of the paths, which are as
# they are here, and runs the command in DIR. All that runs there ends with it.
# shellcheck disable=SC2016 # for the inner bash to expand
inside='
  root=$1 dir=$2
  shift 2
  new=$root/mnt
  mount -t tmpfs -o mode=755,size=1g none "$new"
  for name in bin lib lib64 sbin; do ln -s "usr/$name" "$new/$name"; done
  for name in usr etc var; do
    mkdir "$new/$name"
    mount --bind "$root/$name" "$new/$name"
  done
  for name in etc/resolv.conf etc/hosts; do
    [[ ! -f /$name ]] || mount --bind "/$name" "$new/$name"
  done
  if [[ -d /etc/ssl/certs ]]; then mount --bind /etc/ssl/certs "$new/etc/ssl/certs" 2>/dev/null || true; fi
  mkdir -p "$new"/{dev,proc,sys,root,run,tmp,.old}
  chmod 1777 "$new/tmp"
  mount --rbind /dev "$new/dev"
  mount --rbind /sys "$new/sys"
  mount -t proc proc "$new/proc"
  while [[ $1 != -- ]]; do
    mkdir -p "$new$1"
    mount --bind "$1" "$new$1"
    shift
  done
  shift
  for name in usr etc var; do mount -o remount,bind,ro "$new/$name"; done
  cd "$new"
  pivot_root . .old
  umount -l /.old
  rmdir /.old
  hash -r
  cd "$dir"
  trap "kill -TERM -1" TERM INT
  "$@" <&0 &
  child=$!
  while :; do
    code=0
    wait "$child" || code=$?
    kill -0 "$child" 2>/dev/null || exit "$code" # else a signal has come
  done'

# in_root PATH… -- COMMAND… becomes the command in the root, in the current directory.
# It sees that, the repository, the temporary folder, the paths and this machine's Go.
in_root() {
  local paths=("${TMPDIR:-/tmp}" "$(pwd -P)" "${repo:?}") path go=()
  while [[ $1 != -- ]]; do
    paths+=("$1")
    shift
  done
  shift
  if command -v go >/dev/null; then
    go=("GOPROXY=$(go env GOPROXY)" "GOSUMDB=$(go env GOSUMDB)" "GOFLAGS=$(go env GOFLAGS)" GOTOOLCHAIN=local)
    for path in GOROOT GOMODCACHE GOCACHE; do
      path=$path=$(go env "$path")
      go+=("$path")
      mkdir -p "${path#*=}"
      paths+=("${path#*=}")
    done
    PATH=$(go env GOROOT)/bin:$PATH
  fi
  mapfile -t paths < <(printf '%s\n' "${paths[@]}" | sed '/^$/d' | sort -u)
  exec unshare --mount --pid --fork --kill-child --propagation private \
    bash -euc "$inside" inside "$root" "$(pwd -P)" "${paths[@]}" -- env HOME=/root USER=root "${go[@]}" "$@"
}
