//go:build unix

package main

const levelMakefile = `sources := $(filter-out %_test.cc %_bench.cc db/leveldbutil.cc util/test%.cc, \
             $(wildcard db/*.cc table/*.cc util/*.cc port/*.cc))
all: out/main.o out/libleveldb.a
out/libleveldb.a: $(sources:%.cc=out/%.o)
	rm -f $@; llvm-ar-22 rcs $@ $^
out/%.o: %.cc
	mkdir -p $(@D)
	clang++-22 -O2 -flto=thin -std=c++11 -w -DLEVELDB_PLATFORM_POSIX=1 -DOS_LINUX=1 -I. -Iinclude -c $< -o $@
`

const levelMain = `#include <cstdio>
#include "leveldb/db.h"
int main(int, char** argv) {
  leveldb::Options options;
  options.create_if_missing = true;
  leveldb::DB* db;
  if (!leveldb::DB::Open(options, argv[1], &db).ok()) return 1;
  for (int i = 0; i < 5000; ++i) db->Put({}, std::to_string(i * 7919 % 5000), std::to_string(i));
  db->CompactRange(nullptr, nullptr);
  leveldb::Iterator* it = db->NewIterator({});
  for (it->SeekToFirst(); it->Valid(); it->Next()) std::puts(it->value().ToString().c_str());
  delete it;
  delete db;
}
`

// Snappy and the other compression libraries are left out.
const rocksMakefile = `include src.mk
all: out/librocksdb.a
out/librocksdb.a: $(patsubst %.cc,out/%.o,$(LIB_SOURCES) util/build_version.cc)
	rm -f $@; llvm-ar-22 rcs $@ $^
out/%.o: %.cc
	mkdir -p $(@D)
	clang++-22 -O2 -flto=thin -fPIC -std=c++17 -w -include cstdint -DROCKSDB_PLATFORM_POSIX=1 \
	  -DROCKSDB_LIB_IO_POSIX=1 -DOS_LINUX=1 -DROCKSDB_SUPPORT_THREAD_LOCAL -I. -Iinclude -c $< -o $@
`

const rocksVersion = `#include "util/build_version.h"
const char* rocksdb_build_git_sha = "rocksdb_build_git_sha:none";
const char* rocksdb_build_git_date = "rocksdb_build_git_date:none";
const char* rocksdb_build_compile_date = "none";
`
