#!/bin/sh
# Makes shard.bc: what lld writes for main.o of a link with an archive of b.o
# and c.o, from which it imports. Its module paths are those of that link.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo 'int b(int); int c(int); int main(int n, char **v) { return b(n) + c(n); }' >main.c
echo 'static int k = 1; int b(int x) { return x + k; } void setb(int v) { k = v; }' >b.c
echo 'static int k = 2; int c(int x) { return x * k; } void setc(int v) { k = v; }' >c.c
clang-22 -O2 -flto=thin -c main.c b.c c.c
llvm-ar-22 rcs liblib.a b.o c.o
printf '#!/bin/sh\ncp main.*.thinlto.bc kept\nexit 1\n' >keep
chmod +x keep
clang-22 -flto=thin -fuse-ld=lld -fthinlto-distributor=./keep main.o liblib.a -o prog 2>/dev/null || true
cp kept "$here/shard.bc"
