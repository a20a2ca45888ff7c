//go:build unix

package main

var luaEdits = []edit{
	{"a constant in `lstring.c`", "src/lstring.c", "h<<5", "h<<6"},
	{"a new static and a new global function in `lgc.c`", "src/lgc.c", "", `
static int newstatic (lua_State *L) { return lua_gettop(L) * 3; }
int luaC_newglobal (lua_State *L) { return newstatic(L) + 1; }
`},
	{"a new global with a string in `ldo.c`", "src/ldo.c", "", `const char *luaD_newtext = "a text that is new";` + "\n"},
	{"a statement in `luaV_lessthan`, `lvm.c`", "src/lvm.c",
		"int luaV_lessthan (lua_State *L, const TValue *l, const TValue *r) {\n",
		"int luaV_lessthan (lua_State *L, const TValue *l, const TValue *r) {\n  if (l == r && ttisinteger(l)) return 0;\n"},
	{"the text of a string literal in `lauxlib.c`", "src/lauxlib.c", "on bad self", "on a bad self"},
	{"a new string literal in `luaL_traceback`, `lauxlib.c`", "src/lauxlib.c", "  int last = lastlevel(L1);\n",
		"  int last = lastlevel(L1);\n  if (last == 77) msg = \"seventy-seven\";\n"},
	{"the same in `luaL_argerror`, which others import", "src/lauxlib.c",
		"  lua_Debug ar;\n  if (!lua_getstack(L, 0, &ar))",
		"  lua_Debug ar;\n  if (arg == 77) extramsg = \"seventy-seven\";\n  if (!lua_getstack(L, 0, &ar))"},
}

// newFunctions is what a programmer adds to a C++ file.
const newFunctions = `
namespace new_space {
static int NewStatic(int x) { return x * 3; }
int NewGlobal(int x) { return NewStatic(x) + 1; }
}
`

var levelEdits = []edit{
	{"a constant in `util/hash.cc`", "util/hash.cc", "0xc6a4a793", "0xc6a4a795"},
	{"a new static and a new global function in `util/env_posix.cc`", "util/env_posix.cc", "", newFunctions},
	{"the same in `db/version_set.cc`", "db/version_set.cc", "", newFunctions},
	{"a new global with a string in `util/coding.cc`", "util/coding.cc", "",
		`extern const char* const kNewText = "a text that is new";` + "\n"},
	{"a statement in `Status::ToString`, `util/status.cc`", "util/status.cc", "std::string Status::ToString() const {\n",
		"std::string Status::ToString() const {\n  if (state_ == NULL) return \"OK.\";\n"},
	{"the text of a string literal in `table/format.cc`", "table/format.cc", "truncated block read",
		"truncated read of a block"},
}

var rocksEdits = []edit{
	{"a new static and a new global function in `env/env_posix.cc`", "env/env_posix.cc", "", newFunctions},
	{"the same in `util/status.cc`", "util/status.cc", "", newFunctions},
	{"the same in `db/version_set.cc`", "db/version_set.cc", "", newFunctions},
	{"a constant in `util/hash.cc`", "util/hash.cc", "0xc6a4a793", "0xc6a4a795"},
	{"a statement in `FindFile`, `db/version_set.cc`", "db/version_set.cc",
		"             const Slice& key) {\n  return FindFileInRange(",
		"             const Slice& key) {\n  if (file_level.num_files == 0) return 0;\n  return FindFileInRange("},
	{"the text of a string literal in `util/status.cc`", "util/status.cc", "Memory limit reached",
		"The memory limit is reached"},
}
