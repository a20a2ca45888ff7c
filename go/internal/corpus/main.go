//go:build unix

// Command corpus shows how thinrex cc does with the headers of widely used
// libraries: whether a source that includes them is cached, or why not, and what
// it takes against plain clang: in processor time. `make corpus` runs it.
//
// Each library is compiled for the first time, again, after a header of the
// project was touched, and after it was changed. Each object and each depfile must
// equal plain clang's.
//
//	corpus [-only NAME,…] [-runs N] [-docs FILE] THINREX
//
// It prints a Markdown table, and exits with 1 if an output differs or a
// compilation does something else than it should. With -docs it also puts the table
// between two marked lines of a file, if all libraries did as they should. Install the
// packages first: corpus -packages lists them.
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
	only := flag.String("only", "", "compile only the libraries with these `names`, separated by commas")
	runs := flag.Int("runs", 3, "compile each library so many times with an empty cache, to compare times")
	docs := flag.String("docs", "", "put the table into this `file`")
	packages := flag.Bool("packages", false, "list the Debian packages, and do nothing else")
	flag.Parse()
	if *packages {
		fmt.Println(strings.Join(debianPackages(), " "))
		return
	}
	if flag.NArg() != 1 || *runs < 1 || *only != "" && *docs != "" {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, flag.Arg(0), *only, *runs, *docs); err != nil {
		fmt.Fprintln(os.Stderr, "corpus:", err)
		os.Exit(1)
	}
}

func debianPackages() []string {
	names := []string{"pkg-config"}
	for _, l := range libraries {
		if l.pkg != "" {
			names = append(names, l.pkg)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func run(ctx context.Context, thinrex, only string, runs int, docs string) error {
	thinrex, err := filepath.Abs(thinrex)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(inMemory(), "thinrex-corpus-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t, err := measureAll(ctx, thinrex, dir, only, runs)
	fmt.Print(t)
	if err != nil || docs == "" {
		return err
	}
	return t.putInto(docs)
}

// inMemory is a folder whose files don't touch a disk, where there is one: shortly after many
// files were deleted, as each empty cache means, ext4 takes several times as long to make one.
func inMemory() string {
	const dir = "/dev/shm"
	if _, err := os.Stat(dir); err != nil {
		return "" // os.TempDir
	}
	return dir
}

// measureAll goes on after a library that fails.
func measureAll(ctx context.Context, thinrex, dir, only string, runs int) (t table, failed error) {
	for i, l := range libraries {
		if only != "" && !slices.Contains(strings.Split(only, ","), l.name) {
			continue
		}
		p := project{library: l, ctx: ctx, thinrex: thinrex, dir: filepath.Join(dir, fmt.Sprint(i))}
		r, err := p.measure(runs)
		switch {
		case ctx.Err() != nil:
			return t, ctx.Err()
		case err != nil:
			failed = errors.Join(failed, fmt.Errorf("%s: %w", l.name, err))
		default:
			fmt.Fprintln(os.Stderr, r)
			t = append(t, r)
		}
		if err := os.RemoveAll(p.dir); err != nil {
			return t, err
		}
	}
	return t, failed
}
