#!/usr/bin/env bash
# With a distributor, lld's --thinlto-index-only also runs all backends, and throws their objects away.
#
# Seen with lld 23.1.4 (Debian sid) and the LLVM 24 snapshot of October 2026; not with 22.1.8 (Debian 12). The option
# is for builds that run the backends themselves: lld writes an index beside each module and links nothing. One would
# expect no backend to run, and lld 22 calls no distributor. lld 23 calls it with a job for each module, as in a link;
# the objects are removed afterwards, and no program is linked. A build that gives all links a distributor pays for all
# backends twice. The link fails if the distributor does.
#
# Output seen: "22: 2 indexes, 0 jobs, no program, 0 objects left", "23: 2 indexes, 2 jobs, no program, 0 objects left".
# Exits 0 while it is so, 1 when lld behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm23 "$w/23" || exit 2
llvm22 "$w/22" || exit 2

cat >distributor.py <<'P'
#!/usr/bin/env python3
import json, subprocess, sys

link = json.load(open(sys.argv[-1]))
for job in link["jobs"]:
    print(job["outputs"][0], file=open("jobs", "a"))
    subprocess.run(link["common"]["args"] + job["args"], check=True)
P
chmod +x distributor.py

# attempt VERSION writes indexes with that LLVM.
attempt() {
  mkdir "in$1" && cd "in$1" || exit 2
  echo 'int g(int); int _start(void) { return g(2); }' >main.c
  echo 'int g(int x) { return x * 7; }' >g.c
  "clang-$1" -O2 -fPIC -flto=thin -c main.c && "clang-$1" -O2 -fPIC -flto=thin -c g.c || exit 2
  touch jobs
  "ld.lld-$1" main.o g.o -o prog --thinlto-index-only --thinlto-distributor="$w/distributor.py" \
    --thinlto-remote-compiler="$(command -v "clang-$1")" >&2 || exit 2
  printf '%s: %d indexes, %d jobs, ' "$1" "$(find . -name 'main.o.thinlto.bc' -o -name 'g.o.thinlto.bc' | wc -l)" \
    "$(wc -l <jobs)"
  if [ -e prog ]; then echo program; else echo "no program, $(find . -name '*.native.o' | wc -l) objects left"; fi
}
old=$(attempt 22) || exit 2
new=$(attempt 23) || exit 2
printf '%s\n' "$old" "$new"
[ "$old" = "22: 2 indexes, 0 jobs, no program, 0 objects left" ] &&
  [ "$new" = "23: 2 indexes, 2 jobs, no program, 0 objects left" ]
