#!/usr/bin/env bash
# Installs thinrex, or removes it. make install, make uninstall and releases call it.
#
#   install.sh FOLDER DESTINATION [THINREX]
#       copies the programs in FOLDER to DESTINATION/bin, and writes the manual pages
#       and the completions of shells below DESTINATION/share. THINREX is one that
#       runs here, if the one in FOLDER is for another system.
#   install.sh --remove DESTINATION
#       removes what the first form has put there.
set -euo pipefail

usage() {
  echo "usage: install.sh FOLDER DESTINATION [THINREX], install.sh --remove DESTINATION" >&2
  exit 2
}

# Where shells look for completions. Debian's zsh doesn't look in site-functions below
# /usr; a package for Debian moves the file.
bash_file=share/bash-completion/completions/thinrex
fish_file=share/fish/vendor_completions.d/thinrex.fish
zsh_file=share/zsh/site-functions/_thinrex
man_folder=share/man/man1

[[ $# -ge 2 && $# -le 3 ]] || usage
if [[ $1 = --remove ]]; then
  [[ $# -eq 2 ]] || usage
  rm -f "$2"/bin/thinrex{,-full,-slicer} "$2/$man_folder"/thinrex{,-*}.1 \
    "$2/$bash_file" "$2/$fish_file" "$2/$zsh_file"
  exit
fi

folder=$1 destination=$2 thinrex=${3:-$1/thinrex}
umask 022 # for the folders
mkdir -p "$destination/bin" "$destination/$man_folder"
install -m 755 "$folder"/thinrex* "$destination/bin"
"$thinrex" man "$destination/$man_folder"
chmod 644 "$destination/$man_folder"/thinrex{,-*}.1
for shell in bash fish zsh; do
  file=${shell}_file
  file=$destination/${!file}
  mkdir -p "${file%/*}"
  "$thinrex" completion "$shell" >"$file"
  chmod 644 "$file"
done
