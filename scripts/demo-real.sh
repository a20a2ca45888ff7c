#!/usr/bin/env bash
# Fetches a real project and links it with and without thinrex, as demo.sh does:
# Lua 5.4 from apt's sources, or LevelDB from npm if apt has none.
# Usage: demo-real.sh PATH_TO_THINREX [lua|leveldb]. Exits 1 if a promise is not
# kept, 3 if no project can be fetched.
# shellcheck disable=SC2034,SC2154 # some variables are those of lib/linktable.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib/linktable.sh disable=SC1091
source "$here/lib/linktable.sh"

fetch_lua() {
  "$here/fetch-lua.sh" "$tree" >"$work/log" 2>&1
}

use_lua() {
  project="Lua 5.4"
  program=lua
  link_command=(clang-22 -O2 -flto=thin -fuse-ld=lld-22)
  link_inputs=(src/lua.o src/liblua.a -rdynamic -lm -ldl)
  edited_file=src/lstring.c
  edit='s/h<<5/h<<6/' # in the hash of strings
  grown_file=src/lgc.c
  added='static int twice (int x) { return 2 * x; } int luaC_new (int x) { return twice(x) + 1; }'

  build_inputs() {
    make -j"$(nproc)" -C src CC="clang-22 -std=gnu99" MYCFLAGS=-flto=thin SYSCFLAGS=-DLUA_USE_LINUX \
      AR="llvm-ar-22 rcs" RANLIB=true lua.o liblua.a
  }

  run_program() {
    "$1" -e 'local t = {} for i = 1, 1000 do t[#t + 1] = ("%d:%x"):format(i * i % 997, i) end
             table.sort(t) print(#table.concat(t, " "), t[1], t[500], t[1000])'
  }
  echo $'7605\t0:3e5\t562:317\t9:3e8' >"$work/expected"
}

# npm's package has the sources of LevelDB inside.
fetch_leveldb() {
  local npm=$work/npm
  command -v npm >/dev/null || return
  {
    mkdir "$npm" &&
      in_tree "$npm" npm pack --ignore-scripts --cache "$npm/cache" leveldown &&
      tar -xzf "$npm"/leveldown-*.tgz -C "$npm" &&
      rm -rf "$tree" &&
      mv "$npm"/package/deps/leveldb/leveldb-[0-9]* "$tree"
  } >"$work/log" 2>&1
}

use_leveldb() {
  project="LevelDB"
  program=visit
  link_command=(clang++-22 -O2 -flto=thin -fuse-ld=lld-22)
  link_inputs=(out/visit.o out/libleveldb.a -pthread)
  edited_file=util/hash.cc
  edit='s/0xc6a4a793/0xc6a4a795/'
  grown_file=util/env_posix.cc
  added='static int twice(int x) { return 2 * x; } int newglobal(int x) { return twice(x) + 1; }'

  cat >"$tree/visit.cc" <<'EOF'
#include <cstdio>
#include "leveldb/db.h"
int main(int, char** argv) {
  leveldb::Options options;
  options.create_if_missing = true;
  leveldb::DB* db;
  if (!leveldb::DB::Open(options, argv[1], &db).ok()) return 1;
  for (int i = 0; i < 5000; ++i) db->Put({}, std::to_string(i * 7919 % 5000), std::to_string(i));
  db->CompactRange(nullptr, nullptr);
  unsigned long keys = 0, sum = 0;
  leveldb::Iterator* it = db->NewIterator({});
  for (it->SeekToFirst(); it->Valid(); it->Next()) sum += ++keys * std::stoul(it->value().ToString());
  std::printf("%lu keys, sum %lu\n", keys, sum);
  delete it;
  delete db;
}
EOF
  cat >"$tree/visit.mk" <<'EOF'
sources := $(filter-out %_test.cc %_bench.cc db/leveldbutil.cc util/test%.cc, \
             $(wildcard db/*.cc table/*.cc util/*.cc port/*.cc))
out/libleveldb.a: $(sources:%.cc=out/%.o)
	rm -f $@; llvm-ar-22 rcs $@ $^
out/%.o: %.cc
	mkdir -p $(@D)
	clang++-22 -O2 -flto=thin -std=c++11 -w -DLEVELDB_PLATFORM_POSIX=1 -DOS_LINUX=1 -I. -Iinclude -c $< -o $@
EOF

  build_inputs() {
    make -j"$(nproc)" -f visit.mk out/visit.o out/libleveldb.a
  }

  run_program() {
    rm -rf "$work/database"
    "$1" "$work/database"
  }
  echo "5000 keys, sum 31241742895" >"$work/expected"
}

open_demo "$@"
tree=$work/tree
expected_output=$work/expected
if [[ ${2:-lua} = lua ]] && fetch_lua; then
  use_lua
elif [[ ${2:-leveldb} = leveldb ]] && fetch_leveldb; then
  use_leveldb
else
  [[ ! -s $work/log ]] || tail -n 3 "$work/log" >&2
  echo "demo-real.sh: nothing to link: neither 'apt-get source lua5.4' nor 'npm pack leveldown' works here" >&2
  exit 3
fi
echo "$project, fetched just now, its ThinLTO backends run and cached by thinrex"
show_links "$tree"
