#!/usr/bin/env bash
# Bazel's own remote worker, made from Debian's packages: a REAPI service (CAS,
# Action Cache, ByteStream, Execution) to test against. It runs whatever it is
# sent and has no TLS, so it listens on 127.0.0.1 only.
#
#   remote-worker.sh build DIR
#       compiles its classes into DIR
#   remote-worker.sh run DIR PORT WORKDIR [--jobs=N] [--hide=PATH]…
#       becomes the worker, keeping its pid. All that it writes is in WORKDIR.
#       To it and to what it runs, hidden folders and files are empty.
#
# Quiet unless it fails. Exits 2 on bad usage, 3 if it cannot be done here.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
jar=/usr/share/bazel/A-server.jar
sources=/usr/src/bazel-bootstrap/src/tools/remote/src/main/java
main=com/google/devtools/build/remote/worker/RemoteWorker

stop() {
  local code=$1
  shift
  printf 'remote-worker.sh: %s\n' "$@" >&2
  exit "$code"
}

usage() {
  stop 2 "usage: remote-worker.sh build DIR" \
    "usage: remote-worker.sh run DIR PORT WORKDIR [--jobs=N] [--hide=PATH]…"
}

# A package is judged by the file that is needed of it: a JDK has many names,
# and one that dpkg knows may have come without its files.
missing() {
  [[ -f $jar ]] || echo bazel-bootstrap
  [[ -f $sources/$main.java ]] || echo bazel-bootstrap-source
  { command -v java && command -v javac; } >/dev/null || echo default-jdk-headless
}

install_missing() {
  local packages
  mapfile -t packages < <(missing)
  [[ ${#packages[@]} -gt 0 ]] || return 0
  "$here/install-tools.sh" "${packages[@]}"
  mapfile -t packages < <(missing)
  [[ ${#packages[@]} -eq 0 ]] || stop 3 "installed, but without the files that are needed: ${packages[*]}"
}

# on_loopback FILE: has the server listen on 127.0.0.1 instead of everywhere.
on_loopback() {
  local everywhere='NettyServerBuilder.forPort(workerOptions.listenPort)'
  local loopback='NettyServerBuilder.forAddress(new java.net.InetSocketAddress("127.0.0.1", workerOptions.listenPort))'
  local text
  text=$(<"$1")
  [[ $text = *"$everywhere"* ]] ||
    stop 3 "$sources/$main.java has no $everywhere: this script must learn how that version listens"
  printf '%s\n' "${text/"$everywhere"/"$loopback"}" >"$1"
}

build() {
  local classes=$1
  install_missing
  mkdir -p "$classes"
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/remote-worker.XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  cp -R "$sources/." "$scratch"
  on_loopback "$scratch/$main.java"
  javac -J-Xmx512m -nowarn -cp "$jar" -sourcepath "$scratch" -d "$classes" "$scratch/$main.java" \
    >"$scratch/log" 2>&1 || {
    cat "$scratch/log" >&2
    stop 3 "javac cannot compile $sources"
  }
}

# covered EMPTY PATH… -- COMMAND…, run in a mount namespace of its own, covers
# each path and becomes the command. A path that is gone lies in a covered folder.
# shellcheck disable=SC2016 # for the inner bash to expand
covered='
  empty=$1
  shift
  while [[ $1 != -- ]]; do
    if [[ -d $1 ]]; then
      mount -t tmpfs -o size=4k,mode=755 none "$1"
    elif [[ -e $1 ]]; then
      mount --bind "$empty" "$1"
    fi
    shift
  done
  exec "${@:2}"'

run() {
  local classes=$1 port=$2 work=$3 jobs=2 path namespace=(--mount) hidden=() command
  shift 3
  for option; do
    case $option in
      --jobs=*) jobs=${option#*=} ;;
      --hide=*)
        path=$(realpath -e -- "${option#*=}") || stop 2 "$option: nothing to hide there"
        hidden+=("$path")
        ;;
      *) usage ;;
    esac
  done
  [[ $port =~ ^[0-9]+$ && $jobs =~ ^[0-9]+$ ]] || usage
  [[ -f $classes/$main.class && -f $jar ]] || stop 3 "no worker in $classes: run remote-worker.sh build $classes"

  mkdir -p "$work"/{cas,work,tmp}
  work=$(cd "$work" && pwd)
  command=(
    java -Xmx1g -XX:+ExitOnOutOfMemoryError -XX:-UsePerfData "-XX:ErrorFile=$work/java-error.log"
    "-Djava.io.tmpdir=$work/tmp" -cp "$classes:$jar" "${main//\//.}"
    "--work_path=$work/work" "--cas_path=$work/cas" "--listen_port=$port" "--jobs=$jobs"
  )
  [[ ${#hidden[@]} -gt 0 ]] || exec "${command[@]}"

  [[ $EUID -eq 0 ]] || namespace+=(--map-root-user)
  : >"$work/empty"
  exec unshare "${namespace[@]}" bash -euc "$covered" covered "$work/empty" "${hidden[@]}" -- "${command[@]}"
}

case ${1-} in
  build)
    [[ $# -eq 2 ]] || usage
    build "$2"
    ;;
  run)
    [[ $# -ge 4 ]] || usage
    run "${@:2}"
    ;;
  *) usage ;;
esac
