# shellcheck shell=bash
# The root folder of Debian forky with its Bazel. For bazel.sh, which has stop, here and repo.

# shellcheck source-path=SCRIPTDIR source=debian-root.sh disable=SC1091
source "${BASH_SOURCE[0]%/*}/debian-root.sh"

# shellcheck disable=SC2034 # for debian-root.sh
{
  root=${THINREX_BAZEL_ROOT:-${XDG_CACHE_HOME:-$HOME/.cache}/thinrex-bazel/forky}
  root_suite=forky
  root_packages=bazel-bootstrap,clang-22,lld-22,llvm-22,cmake,ninja-build
  root_mirror=THINREX_BAZEL_MIRROR
  root_otherwise="or use your own Bazel: bazel.sh own"
}

finish_root() { check_root "$1"; }

# check_root FOLDER: forky moves on, and the tests with it. What they are written
# for is in .bazelversion; another major version is another Bazel.
check_root() {
  local packages=--admindir=$1/var/lib/dpkg tested bazel clang
  tested=$(<"${repo:?}/.bazelversion")
  bazel=$(package_version bazel-bootstrap "$packages")
  clang=$(package_version clang-22 "$packages")
  [[ ${bazel%%.*} = "${tested%%.*}" ]] ||
    stop 3 "Debian forky has Bazel $bazel now, and this is for $tested: give the URL of a mirror" \
    "of an older forky (a snapshot) in THINREX_BAZEL_MIRROR, or use your own Bazel: bazel.sh own"
  echo "bazel.sh: forky has Bazel $bazel and clang $clang"
  [[ $bazel = "$tested" ]] ||
    echo "bazel.sh: warning: the docs speak of Bazel $tested, which is no longer what is tested here"
}

# in_bazel_root OUTPUT COMMAND… becomes the command in the root, where Bazel writes to OUTPUT.
in_bazel_root() {
  local output=$1 paths=()
  shift
  IFS=: read -ra paths <<<"${THINREX_BAZEL_BIND-}"
  in_root "${paths[@]}" "$output" -- \
    "BAZEL_DEV_VERSION_OVERRIDE=$(package_version bazel-bootstrap --admindir="$root/var/lib/dpkg")" "$@"
}
