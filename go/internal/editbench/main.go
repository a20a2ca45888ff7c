//go:build unix

// Command editbench counts what an edit of a real project makes a link compile
// again. `make bench-edits` runs it.
//
// It fetches Lua, LevelDB and RocksDB, builds them, and edits them one file at a
// time. For each edit it counts: the modules that lld compiles again with its own
// ThinLTO cache; the jobs that thinrex runs with whole modules (--slicing=off), and
// with modules cut to what each job imports (--slicing=auto); and the objects that
// the edit changes. Objects must be the same in both ways.
//
//	editbench [-only NAME,…] [-edits N] [-dir DIR] THINREX
//
// It prints Markdown tables. A project that can't be fetched here is named, and the
// others are measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

func main() {
	if len(os.Args) > 2 && strings.HasPrefix(os.Args[1], recordFlag) {
		os.Exit(distribute(os.Args[1:]))
	}
	only := flag.String("only", "lua,leveldb", "the `names` of the projects: lua, leveldb, rocksdb")
	edits := flag.Int("edits", 100, "how many edits of each project at most")
	dir := flag.String("dir", "", "keep fetched and built projects in this `folder`, for later runs")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, flag.Arg(0), *dir, strings.Split(*only, ","), *edits); err != nil {
		fmt.Fprintln(os.Stderr, "editbench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, thinrex, dir string, names []string, edits int) (err error) {
	if thinrex, err = filepath.Abs(thinrex); err != nil {
		return err
	}
	temporary, err := os.MkdirTemp("", "thinrex-editbench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	if dir == "" {
		dir = temporary
	} else if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var tables []string
	var missing []error
	for _, p := range projects {
		if !slices.Contains(names, p.name) {
			continue
		}
		tree := filepath.Join(dir, p.name)
		if err := p.provide(ctx, tree); err != nil {
			missing = append(missing, err)
			fmt.Fprintln(os.Stderr, "editbench:", err)
			continue
		}
		p.edits = p.edits[:min(edits, len(p.edits))]
		m := &measurement{ctx: ctx, project: p, tree: tree, thinrex: thinrex, self: self}
		m.caches = filepath.Join(temporary, p.name+"-caches")
		table, err := m.table()
		if err != nil {
			return fmt.Errorf("%s: %w", p.title, err)
		}
		tables = append(tables, table)
	}
	fmt.Println(strings.Join(tables, "\n"))
	return errors.Join(missing...)
}
