#!/usr/bin/env bash
# A DTLTO link whose compiler is older than its linker succeeds, and the program is empty.
#
# Seen with lld 23.1.4 (Debian sid) and clang 22.1.8 (Debian 12). All modules are clang 22's own, which lld 23 may link;
# only the indexes, which lld writes for the compiler, have a newer version. clang prints "Error loading index file: …
# Invalid summary version 14", but as an error one would expect it to end with an exit code other than 0. It ends with 0
# and leaves an object of 0 bytes. The distributor sees success, and lld takes an empty object for a module without
# code: it links, exits with 0 as well, and the program has neither the entry point nor any other symbol.
#
# Output seen: "lld 22: exit code 0, entry defined", "lld 23: exit code 0, 2 objects of 0 bytes, entry undefined".
# Exits 0 while it is so, 1 when the tools behave otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm23 "$w/23" || exit 2
llvm22 "$w/22" || exit 2

echo 'int g(int); int _start(void) { return g(2); }' >main.c
echo 'int g(int x) { return x * 7; }' >g.c
clang-22 -O2 -fPIC -flto=thin -c main.c g.c || exit 2
cat >distributor.py <<'P'
#!/usr/bin/env python3
import json, os, subprocess, sys

link = json.load(open(sys.argv[-1]))
for job in link["jobs"]:
    subprocess.run(link["common"]["args"] + job["args"], stderr=subprocess.DEVNULL, check=True)
    size = os.stat(job["outputs"][0]).st_size
    print("empty" if size == 0 else "full", file=open("sizes", "a"))
P
chmod +x distributor.py

# attempt VERSION links with that lld, and clang 22 as the compiler.
attempt() {
  local code empty entry=undefined
  rm -f sizes
  "ld.lld-$1" main.o g.o -o "prog$1" --thinlto-distributor="$w/distributor.py" \
    --thinlto-remote-compiler="$(command -v clang-22)" >&2
  code=$?
  [ -s sizes ] || exit 2
  empty=$(grep -c empty sizes)
  ! llvm-nm-22 "prog$1" | grep -q ' T _start$' || entry=defined
  [ "$empty" -eq 0 ] || empty="$empty objects of 0 bytes, "
  echo "lld $1: exit code $code, ${empty#0}entry $entry"
}
old=$(attempt 22) || exit 2
new=$(attempt 23) || exit 2
printf '%s\n' "$old" "$new"
[ "$old" = "lld 22: exit code 0, entry defined" ] &&
  [ "$new" = "lld 23: exit code 0, 2 objects of 0 bytes, entry undefined" ]
