//go:build unix

// Command slicinghunt looks for programs whose objects change if thinrex cuts the
// imports of a job to what the job imports. `make slicing-hunt` runs it.
//
// It makes random programs and random edits of them (package randomprogram). Each
// state of a program is linked once, and in that link all jobs are run twice: with
// --slicing=off and with --slicing=auto, each with a cache that holds the earlier
// states' results. Every object must be the same, byte for byte.
//
//	slicinghunt [-time D] [-seed N] [-seeds N] [-edits N] [-parallel N] [-keep DIR] THINREX
//
// It prints a line for each difference, with the command that shows it again, and
// exits with 1 if there was one.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// A hunt is what one run of the program does.
type hunt struct {
	thinrex string // path
	dir     string // holds all files
	keep    string // where programs with a difference go, or ""
	edits   int    // of each program
	verbose bool
	self    string // this program, which is the distributor, too

	mu    sync.Mutex
	total tally
}

func main() {
	if dir, ok := comparing(os.Args); ok {
		os.Exit(distribute(dir, os.Args[len(os.Args)-1]))
	}
	h := &hunt{}
	duration := flag.Duration("time", 0, "begin new programs for so long; 0 for as many as -seeds says")
	seed := flag.Uint64("seed", 0, "the first program; 0 for one that the time of day chooses")
	seeds := flag.Int("seeds", 10, "how many programs, without -time")
	flag.IntVar(&h.edits, "edits", 8, "how many edits of each program")
	parallel := flag.Int("parallel", runtime.NumCPU(), "how many programs at a time")
	flag.StringVar(&h.keep, "keep", "", "copy programs with a difference to this `folder`")
	flag.BoolVar(&h.verbose, "v", false, "print a line for each state")
	flag.Parse()
	if flag.NArg() != 1 || *parallel < 1 {
		flag.Usage()
		os.Exit(2)
	}
	if *seed == 0 {
		*seed = uint64(time.Now().Unix())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := h.run(ctx, flag.Arg(0), *seed, *seeds, *duration, *parallel); err != nil {
		fmt.Fprintln(os.Stderr, "slicinghunt:", err)
		os.Exit(1)
	}
}

func (h *hunt) run(ctx context.Context, thinrex string, first uint64, seeds int, d time.Duration, parallel int) error {
	if err := h.prepare(thinrex); err != nil {
		return err
	}
	defer os.RemoveAll(h.dir)
	end := time.Now().Add(d)
	more := func(seed uint64) bool { return time.Now().Before(end) }
	if d == 0 {
		more = func(seed uint64) bool { return seed < first+uint64(seeds) }
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for seed := first; ctx.Err() == nil && more(seed); seed++ {
		g.Go(func() error { return h.program(ctx, seed) })
	}
	err := g.Wait()
	fmt.Println(&h.total)
	if err == nil && h.total.differences+h.total.failures > 0 {
		err = errors.New("there were differences or failures")
	}
	return err
}

// prepare finds the programs and makes the folder.
func (h *hunt) prepare(thinrex string) (err error) {
	if h.thinrex, err = filepath.Abs(thinrex); err != nil {
		return err
	}
	if h.self, err = os.Executable(); err != nil {
		return err
	}
	if h.keep != "" {
		if h.keep, err = filepath.Abs(h.keep); err != nil {
			return err
		}
	}
	h.dir, err = os.MkdirTemp("", "thinrex-slicinghunt-")
	return err
}
