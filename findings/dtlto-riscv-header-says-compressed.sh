#!/usr/bin/env bash
# A distributed ThinLTO link for RISC-V declares compressed instructions in its ELF header, though no module has them.
#
# Seen with clang and lld 22.1.8 (Debian 12). The modules are compiled with -march=rv64g, which has no C extension,
# and lld by itself links a program whose header has no RVC flag. With DTLTO one would expect the same, since each
# function carries its features. But the dist-file's commands name the target alone, and clang's default for
# riscv64-linux-gnu is rv64gc: the ELF header of the objects says RVC, though there is no such instruction in them,
# and lld's paddings may be 2 bytes. A processor without C then seems unfit for a program that it can run. Adding
# -march=rv64g as --thinlto-remote-compiler-arg= doesn't help those who link modules of several kinds.
#
# Output seen: "in process: 0x4, double-float ABI", "distributed: 0x5, RVC, double-float ABI".
# Exits 0 while it is so, 1 when they agree, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2

cat >distributor <<'P'
#!/usr/bin/env python3
import json, subprocess, sys
dist = json.load(open(sys.argv[-1]))
for job in dist["jobs"]:
    subprocess.run(dist["common"]["args"] + job["args"], check=True)
P
chmod +x distributor
echo 'int g(int); int f(int x) { return g(x) + 1; }' >f.c
echo 'int g(int x) { return x * 3; }' >g.c
for file in f g; do
  clang-22 --target=riscv64-linux-gnu -march=rv64g -mabi=lp64d -O2 -fPIC -flto=thin -c $file.c || exit 2
done
link() { # NAME OPTION…
  ld.lld-22 -shared f.o g.o -o out.so "${@:2}" || exit 2
  echo "$1: $(llvm-readelf-22 -h out.so | sed -n 's/ *Flags: *//p')"
}
{
  link "in process"
  link "distributed" --thinlto-distributor="$w/distributor" --thinlto-remote-compiler="$(command -v clang-22)"
} | tee seen
diff - seen <<'S'
in process: 0x4, double-float ABI
distributed: 0x5, RVC, double-float ABI
S
