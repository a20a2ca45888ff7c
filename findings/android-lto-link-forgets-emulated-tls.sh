#!/usr/bin/env bash
# An LTO link for Android gives thread-local variables another form than clang -c does, unless an option of LLVM says
# so.
#
# Seen with clang and lld 22.1.8 (Debian 12), for aarch64- and x86_64-linux-android21, ThinLTO and full LTO. Before API
# level 29, Android's loader knows no TLS segments, so clang makes "emulated" TLS of a _Thread_local variable: a native
# object defines __emutls_v.counter. Whether TLS is emulated follows from the target triple, and the module holds the
# triple, so one would expect lld to compile the module alike. It defines a native TLS symbol instead, and a native
# object that uses the variable doesn't link: "undefined symbol: __emutls_v.counter". clang's driver gives
# -plugin-opt=-emulated-tls when it links for Android, so only builds that call ld.lld themselves see it. The backend
# that a distributor runs is a clang, which goes by the triple: there, the same link works without the option.
#
# Output seen: for both targets "native object: __emutls_v.counter", "thin: undefined symbol: __emutls_v.counter", the
# same for full LTO, "thin with -plugin-opt=-emulated-tls: links" and "thin, distributed: links".
# Exits 0 while it is so, 1 when lld behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

bad=0
expect() { # NAME SEEN EXPECTED
  echo "  $1: $2"
  [[ $2 == *"$3" ]] || bad=1
}
link() { # OPTION…: user.o, owner.o and the run-time library's function for emulated TLS
  if ld.lld-22 -shared -z defs user.o owner.o runtime.o -o out.so "$@" 2>said; then
    echo links
  else
    head -1 said
  fi
}
cat >distribute <<'P'
#!/usr/bin/env python3
import json, subprocess, sys

dist = json.load(open(sys.argv[-1]))
for job in dist["jobs"]:
    subprocess.run(dist["common"]["args"] + job["args"], check=True)
P
chmod +x distribute
printf '%s\n' 'extern _Thread_local int counter;' 'int next(void) { return ++counter; }' >user.c
echo '_Thread_local int counter = 1;' >owner.c
echo 'void *__emutls_get_address(void *control) { return control; }' >runtime.c # stands for libgcc's
for target in aarch64-linux-android21 x86_64-linux-android21; do
  echo "$target"
  clang="clang-22 --target=$target -O2 -fPIC -c"
  $clang user.c -o user.o && $clang runtime.c -o runtime.o && $clang owner.c -o owner.o || exit 2
  expect "native object" "$(llvm-nm-22 owner.o | grep -o '[^ ]*v\.counter')" __emutls_v.counter
  for kind in thin full; do
    $clang -flto=$kind owner.c -o owner.o || exit 2
    expect $kind "$(link)" "undefined symbol: __emutls_v.counter"
  done
  $clang -flto=thin owner.c -o owner.o || exit 2
  expect "thin with -plugin-opt=-emulated-tls" "$(link -plugin-opt=-emulated-tls)" links
  expect "thin, distributed" \
    "$(link "--thinlto-distributor=$w/distribute" "--thinlto-remote-compiler=$(command -v clang-22)")" links
done
exit $bad
