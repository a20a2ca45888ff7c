//go:build unix

// Command corpus shows how thinrex cc does with the headers of widely used
// libraries: whether a source that includes them is cached, or why not, and what
// a miss costs against plain clang. `make corpus` runs it.
//
// Each library is compiled for the first time, again, after a header of the
// project was touched, and after it was changed. Each object must equal plain
// clang's.
//
//	corpus [-only NAME,…] [-runs N] THINREX
//
// It prints a Markdown table, and exits with 1 if an object differs or a
// compilation does something else than it should. Install the packages first:
// corpus -packages lists them.
package main

import (
	"context"
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
	runs := flag.Int("runs", 5, "compile each library so many times with and without thinrex, to compare times")
	packages := flag.Bool("packages", false, "list the Debian packages, and do nothing else")
	flag.Parse()
	if *packages {
		fmt.Println(strings.Join(debianPackages(), " "))
		return
	}
	if flag.NArg() != 1 || *runs < 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, flag.Arg(0), *only, *runs); err != nil {
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

func run(ctx context.Context, thinrex, only string, runs int) error {
	thinrex, err := filepath.Abs(thinrex)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "thinrex-corpus-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var rows []row
	failed := 0
	for _, l := range libraries {
		if only != "" && !slices.Contains(strings.Split(only, ","), l.name) {
			continue
		}
		p := project{library: l, ctx: ctx, thinrex: thinrex, dir: filepath.Join(dir, fmt.Sprint(len(rows)+failed))}
		r, err := p.measure(runs)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", l.name, err)
			failed++
			continue
		}
		fmt.Fprintln(os.Stderr, r)
		rows = append(rows, r)
	}
	printTable(rows)
	if failed > 0 {
		return fmt.Errorf("%d libraries failed", failed)
	}
	return nil
}
