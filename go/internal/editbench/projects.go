//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A project is a real program, whose sources are fetched at run time.
type project struct {
	name, title string
	fetch       string            // a shell script that makes the folder $1; the current folder is the repository
	files       map[string]string // that we add to its sources
	build       string            // brings its objects up to date; a shell command
	link        []string          // without -o and the flags of ThinLTO
	edits       []edit
}

// An edit is a change of one file.
type edit struct {
	what, file string
	old, new   string // new replaces the first old; or it is added at the end, if old is ""
}

var projects = []project{
	{
		name:  "lua",
		title: "Lua 5.4",
		fetch: `scripts/fetch-lua.sh "$1"`,
		build: `make -C src CC="clang-22 -std=gnu99" MYCFLAGS=-flto=thin SYSCFLAGS=-DLUA_USE_LINUX
			AR="llvm-ar-22 rcs" RANLIB=true lua.o liblua.a`,
		link:  []string{"clang-22", "-O2", "src/lua.o", "src/liblua.a", "-rdynamic", "-lm", "-ldl"},
		edits: luaEdits,
	},
	{
		name:  "leveldb",
		title: "LevelDB 1.20",
		fetch: fetchFromNpm("leveldown@6.1.1", "deps/leveldb/leveldb-1.20"),
		files: map[string]string{"bench.mk": levelMakefile, "main.cc": levelMain},
		build: "make -f bench.mk",
		link:  []string{"clang++-22", "-O2", "out/main.o", "out/libleveldb.a", "-pthread"},
		edits: levelEdits,
	},
	{
		name:  "rocksdb",
		title: "RocksDB 6.17",
		fetch: fetchFromNpm("rocksdb@5.2.1", "deps/rocksdb/rocksdb"),
		files: map[string]string{"bench.mk": rocksMakefile, "util/build_version.cc": rocksVersion},
		build: "make -f bench.mk",
		link: []string{
			"clang++-22", "-O2", "-shared", "-Wl,--whole-archive", "out/librocksdb.a", "-Wl,--no-whole-archive", "-pthread",
		},
		edits: rocksEdits,
	},
}

// fetchFromNpm is a script that takes a folder from a package of npm.
func fetchFromNpm(pkg, folder string) string {
	return fmt.Sprintf(`
command -v npm >/dev/null || { echo "npm is missing"; exit 1; }
. scripts/lib/again.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fetch() { (cd "$work" && npm pack --ignore-scripts --cache "$work/cache" %s); }
again fetch
tar -xzf "$work"/*.tgz -C "$work"
mv "$work/package/%s" "$1"`, pkg, folder)
}

// provide makes tree, and builds what is in it.
func (p project) provide(ctx context.Context, tree string) error {
	if _, err := os.Stat(tree); err != nil {
		if err := os.MkdirAll(filepath.Dir(tree), 0o755); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "editbench: fetching and building %s\n", p.title)
		if out, err := exec.CommandContext(ctx, "sh", "-ec", p.fetch, "sh", tree).CombinedOutput(); err != nil {
			return fmt.Errorf("%s can't be fetched here: %w\n%s", p.title, err, out)
		}
	}
	for name, text := range p.files {
		path := filepath.Join(tree, name)
		if old, err := os.ReadFile(path); err == nil && string(old) == text {
			continue // a new time would compile it again
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return p.make(ctx, tree)
}

// make brings the objects up to date.
func (p project) make(ctx context.Context, tree string) error {
	command := strings.Join(strings.Fields(p.build), " ") + ` -j"$(nproc)"`
	cmd := exec.CommandContext(ctx, "sh", "-ec", command)
	cmd.Dir = tree
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", command, err, out)
	}
	return nil
}

// apply edits a file of tree, and returns what undoes the edit.
func (e edit) apply(tree string) (undo func() error, err error) {
	path := filepath.Join(tree, e.file)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text := string(data)
	if !strings.Contains(text, e.old) {
		return nil, fmt.Errorf("%s: there is no %q to edit", e.file, e.old)
	}
	edited := text + "\n" + e.new
	if e.old != "" {
		edited = strings.Replace(text, e.old, e.new, 1)
	}
	return func() error { return os.WriteFile(path, data, 0o644) }, os.WriteFile(path, []byte(edited), 0o644)
}
