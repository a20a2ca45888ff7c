#!/usr/bin/env bash
# "zig cc -flto=thin" writes the version of the running kernel, and of the machine's glibc, into the bitcode.
#
# Seen with zig 0.17.1 (PyPI's ziglang). One would expect bitcode to be a function of source, options and compiler, as
# with clang, whose target triple is x86_64-pc-linux-gnu on each machine. Without --target, zig asks the machine that
# it runs on, and the module's triple is x86_64-unknown-linux<kernel>-gnu<glibc>. So an upgrade of the kernel changes
# each object, two machines share none, and lld warns of different triples where such objects meet clang's or each
# other. --target=x86_64-linux-gnu gives fixed versions (5.10.0 and 2.31.0).
#
# Output seen on a machine with kernel 6.18.44 and glibc 2.36: "native: x86_64-unknown-linux6.18.44-gnu2.36.0", "with
# --target: x86_64-unknown-linux5.10.0-gnu2.31.0".
# Exits 0 while it is so, 1 when zig behaves otherwise, 2 when it can't be tried.
set -u
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "Linux on x86-64 only" >&2; exit 2; }
python3 -m venv venv && venv/bin/pip install -q ziglang==0.17.1 || exit 2
export ZIG_GLOBAL_CACHE_DIR=$w/cache ZIG_LOCAL_CACHE_DIR=$w/cache
echo 'int f(int x) { return x * 3; }' >a.c
triple() { # ARGUMENT…
  venv/bin/python -m ziglang cc "$@" -O2 -flto=thin -c a.c -o a.o || exit 2
  grep -a -o -m1 'x86_64-unknown-linux[0-9.]*-gnu[0-9.]*' a.o | head -1
}
native=$(triple)
named=$(triple --target=x86_64-linux-gnu)
echo "kernel $(uname -r), $(getconf GNU_LIBC_VERSION)"
echo "native: $native"
echo "with --target: $named"
kernel=$(uname -r | grep -o -E '^[0-9]+\.[0-9]+\.[0-9]+')
libc=$(getconf GNU_LIBC_VERSION | grep -o -E '[0-9.]+$')
[[ $native = x86_64-unknown-linux$kernel-gnu$libc* && $named = x86_64-unknown-linux5.10.0-gnu2.31.0 ]]
