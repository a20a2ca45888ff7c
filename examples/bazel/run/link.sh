#!/usr/bin/env bash
# Compiles and links without Bazel, by the thinrex that Bazel has built.
# Usage: link.sh FOLDER [OPTION…]; options of thinrex, such as --verbose.
set -euo pipefail
cd "$(dirname "$0")"
folder=${1:?usage: link.sh FOLDER [OPTION…]}

flags=$("${BAZEL:-bazel}" run --noshow_progress @thinrex//:thinrex -- flags "${@:2}")
mkdir -p "$folder"
for source in count split total; do
  clang++-22 -std=c++17 -O2 -flto=thin -c "../rule/$source.cc" -o "$folder/$source.o"
done
# shellcheck disable=SC2086 # several flags
clang++-22 $flags "$folder"/{count,split,total}.o -o "$folder/total"
