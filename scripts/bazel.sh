#!/usr/bin/env bash
# Runs a real Bazel in the current directory, offline.
#
#   bazel.sh 7|4|own ARG…
#       one Bazel command, without a server that stays
#   bazel.sh 7|4|own --exec COMMAND [ARG…]
#       a command that finds that Bazel as "bazel" in its PATH. Faster for many
#       Bazel commands, because they share a server, which ends with the command.
#
# 7    Debian forky's Bazel, in bzlmod mode. It runs in a root folder of its own,
#      which the first call makes: that takes some 2 minutes and 2 GB, and needs
#      root and the right to make namespaces. clang-22, lld-22, llvm-22, cmake and
#      ninja are forky's; Go is the machine's.
# 4    Debian 12's Bazel, in WORKSPACE mode, on the machine itself.
# own  the bazel (7 or newer) in the PATH, which gets its modules as usual.
#
#   THINREX_BAZEL_OUTPUT  folder for all that Bazel writes; a temporary one if unset
#   THINREX_BAZEL_BIND    more paths that 7 sees, divided by colons. It sees the
#                         current directory, this repository, the temporary and
#                         the output folder, each under its own path.
#   THINREX_BAZEL_ROOT    7's root folder (~/.cache/thinrex-bazel/forky)
#   THINREX_BAZEL_MIRROR  URL of a Debian mirror, if apt's sources have none
#
# Exits 2 on bad usage, 3 if it cannot be done here, else as the command does.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repo=${here%/*}
# shellcheck source-path=SCRIPTDIR source=lib/bazel-root.sh disable=SC1091
source "$here/lib/bazel-root.sh"

stop() {
  local code=$1
  shift
  printf 'bazel.sh: %s\n' "$@" >&2
  exit "$code"
}

usage() {
  stop 2 "usage: bazel.sh 7|4|own ARG…" "usage: bazel.sh 7|4|own --exec COMMAND [ARG…]"
}

# use_7: modules that Debian's Bazel depends on and Debian's bazelrc has not.
use_7() {
  local stub
  make_root
  bazel=/usr/bin/bazel
  echo "common --noenable_workspace"
  echo "build --nosandbox_debug" # Debian's bazelrc has it on
  for stub in "$repo"/e2e/bazel/modules/*/; do
    stub=${stub%/}
    echo "common --override_module=${stub##*/}=$stub"
  done
}

# use_4: rule sets from Debian's packages; rules_cc with the files that newer
# versions have.
use_4() {
  local share=/usr/share/bazel
  bazel=/usr/bin/bazel-4
  [[ -x $bazel && -d $share/rules/cc && -d $share/rules/java && -d $share/tools/skylib ]] ||
    "$here/install-tools.sh" bazel-bootstrap bazel-rules-cc bazel-rules-java bazel-skylib default-jdk-headless
  [[ -x $bazel ]] || stop 3 "there is no Bazel 4 here: it is in Debian 12"
  if [[ ! -d $output/rules_cc ]]; then
    rm -rf "$output/rules_cc.new"
    cp -R "$share/rules/cc" "$output/rules_cc.new"
    cp -R "$repo/e2e/bazel/rules_cc/." "$output/rules_cc.new"
    mv -T "$output/rules_cc.new" "$output/rules_cc"
  fi
  echo "common --override_repository=rules_cc=$output/rules_cc"
  echo "common --override_repository=rules_java=$share/rules/java"
  echo "common --override_repository=remote_coverage_tools=$repo/e2e/bazel/remote_coverage_tools"
  echo "common --override_repository=bazel_skylib=$share/tools/skylib"
  echo "build --nosandbox_debug"
  echo "build --incompatible_enable_cc_toolchain_resolution"
}

use_own() {
  local version
  bazel=$(command -v bazel) || stop 3 "there is no bazel in the PATH"
  version=$(bazel --version 2>/dev/null)
  version=${version#bazel }
  [[ ${version%%.*} =~ ^[0-9]+$ && ${version%%.*} -ge 7 ]] ||
    stop 3 "$bazel is version ${version:-unknown}: 7 or newer is needed"
}

# write_wrapper NAME STARTUP_OPTION…: a program $output/NAME/bazel with our options.
write_wrapper() {
  local folder=$output/$1
  shift
  mkdir -p "$folder"
  {
    echo '#!/bin/bash'
    printf 'exec %q' "$bazel"
    printf ' %q' --bazelrc="$output/bazelrc" --output_user_root="$output/user" "$@"
    echo ' "$@"'
  } >"$folder/bazel.$$"
  chmod +x "$folder/bazel.$$"
  mv -f "$folder/bazel.$$" "$folder/bazel"
}

# end_servers: those whose output is in $output. They are ours: each folder of
# $output/user has the pid of its server.
end_servers() {
  local file pid
  for file in "$output"/user/*/server/server.pid.txt; do
    [[ -r $file ]] || continue
    pid=$(<"$file")
    ! grep -qsF -- "$output/user/" "/proc/$pid/cmdline" || kill -KILL "$pid" 2>/dev/null || true # it may end by itself
  done
}

clean_up() {
  [[ -z $child ]] || kill -KILL "$child" 2>/dev/null || true
  [[ $which = 7 ]] || end_servers
  if [[ -n $temporary ]]; then
    chmod -R u+w "$temporary" 2>/dev/null || true
    rm -rf "$temporary"
  fi
}

[[ $# -ge 2 ]] || usage
which=$1
shift
case $which in
  7 | 4 | own) ;;
  *) usage ;;
esac

child=
temporary=
output=${THINREX_BAZEL_OUTPUT-}
if [[ -z $output ]]; then
  temporary=$(mktemp -d "${TMPDIR:-/tmp}/thinrex-bazel.XXXXXX")
  output=$temporary
fi
mkdir -p "$output"
output=$(cd "$output" && pwd -P)
trap clean_up EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

bazel=
"use_$which" >"$output/bazelrc.$$"
mv -f "$output/bazelrc.$$" "$output/bazelrc"
# No server lives long enough to earn back what Java's second compiler costs.
java=(--host_jvm_args=-XX:TieredStopAtLevel=1 --host_jvm_args=-XX:+UseSerialGC)
write_wrapper server --max_idle_secs=600 "${java[@]}"
write_wrapper batch --batch "${java[@]}"

command=("$output/batch/bazel" "$@")
if [[ $1 = --exec ]]; then
  [[ $# -ge 2 ]] || usage
  command=(env "PATH=$output/server:$PATH" "${@:2}")
fi
export CC=${CC:-clang-22}
case $which in
  7) in_bazel_root "$output" "${command[@]}" <&0 & ;;
  4) BAZEL_DEV_VERSION_OVERRIDE=$(package_version bazel-bootstrap) "${command[@]}" <&0 & ;;
  own) "${command[@]}" <&0 & ;;
esac
child=$! # a signal ends us while it runs, and us it
code=0
wait "$child" || code=$?
child=
(exit "$code")
