//go:build unix

// Bench compares thinrex with what people would use instead: lld's own cache, a
// plain pool of compilers, ccache. It prints a table of ratios. Both sides of a
// ratio are measured in turn, because machines differ and their speed drifts. Each
// figure is a median.
//
// Usage: bench [-runs N] [-modules N] [-jobs N] [-only REGEXP] [-baseline OLDER] THINREX
package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

type bench struct {
	thinrex string // path
	older   string // path of an older build to compare with, or ""
	dir     string // holds all files of the measurement
	base    string // where dir is, for the heading
	runs    int
	modules int // of the generated program
	jobs    int // of the large dist-file
	rows    []row

	// Several groups of rows need these; the first one that does makes them.
	program func() (*program, error)
	kept    func() (string, error)
}

// A row is one line of the table.
type row struct{ what, measured, ratio, target string }

func main() {
	runs := flag.Int("runs", 9, "measured runs of each side")
	modules := flag.Int("modules", 270, "modules of the generated program")
	jobs := flag.Int("jobs", 10_000, "jobs of the large dist-file")
	base := flag.String("dir", memoryOr(os.TempDir()),
		"folder for all files; by default in memory, so that the disk's speed doesn't matter")
	poolFile := flag.String("pool", "", "be the bare pool: run the jobs of this dist-file and nothing else")
	copyDir := flag.String("copy", "", "be a distributor that takes the objects from this folder")
	only := flag.String("only", "", "measure only the groups of rows that match: warm, history, cold, large, remote, "+
		"slots, down, reset, start, compile, libraries, checkout, records, older, "+
		"slices: hits, slices: edit, slices: cold, slices: real, slices: remote")
	older := flag.String("baseline", "", "an older thinrex: measure how much slower or faster hits have become")
	fill := flag.String("fill", "", "with -copy: have this distributor make the objects first")
	flag.Parse()
	var err error
	switch {
	case *poolFile != "":
		err = runPool(*poolFile)
	case *copyDir != "":
		err = runCopy(flag.Arg(0), *copyDir, *fill)
	default:
		err = run(&bench{thinrex: flag.Arg(0), older: *older, base: *base, runs: *runs, modules: *modules, jobs: *jobs},
			*only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(b *bench, only string) (err error) {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	b.thinrex, err = filepath.Abs(b.thinrex)
	if err != nil || !isFile(b.thinrex) {
		return errors.New("give the path of the thinrex to measure")
	}
	if b.older != "" {
		if b.older, err = filepath.Abs(b.older); err != nil || !isFile(b.older) {
			return errors.New("-baseline: give the path of an older thinrex")
		}
	}
	if b.dir, err = os.MkdirTemp(b.base, "thinrex-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	go func() { // files in memory would take it until the machine restarts
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
		<-stop
		os.RemoveAll(b.dir)
		os.Exit(1)
	}()
	b.program = sync.OnceValues(func() (*program, error) {
		return generate(filepath.Join(b.dir, "program"), b.modules, 6, 20)
	})
	b.kept = sync.OnceValues(b.keep)
	for _, group := range []struct {
		name string
		rows func() error
	}{
		{"warm", b.warmLink},
		{"history", b.historyOfHits},
		{"cold", b.coldLink},
		{"large", b.fakeCompiler},
		{"remote", b.remoteLinks},
		{"slots", b.slots},
		{"down", b.serviceDown},
		{"reset", b.resetConnections},
		{"start", b.starts},
		{"compile", b.compilePhase},
		{"backend", b.backendHits},
		{"libraries", b.libraryMisses},
		{"checkout", b.secondCheckout},
		{"records", b.readRecords},
		{"older", b.hitsAgainstOlder},
		{"slices: hits", b.slicedHits},
		{"slices: edit", b.slicedEdit},
		{"slices: cold", b.slicedCold},
		{"slices: real", b.slicesOfRealProjects},
		{"slices: remote", b.slicesRemote},
	} {
		if !wanted.MatchString(group.name) {
			continue
		}
		if err := group.rows(); err != nil {
			return err
		}
	}
	b.print()
	return nil
}

// memoryOr returns Linux's file system in memory, or other.
func memoryOr(other string) string {
	if fi, err := os.Stat("/dev/shm"); err == nil && fi.IsDir() {
		return "/dev/shm"
	}
	return other
}

func isFile(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && fi.Mode().IsRegular()
}

func (b *bench) add(what, measured, ratio, target string) {
	b.rows = append(b.rows, row{what, measured, ratio, target})
	fmt.Fprintf(os.Stderr, "%s: %s %s\n", what, measured, ratio)
}

func (b *bench) print() {
	fmt.Printf("%s, %d cores, %s, files in %s; medians of %d runs, ratios pair by pair\n\n",
		cpuModel(), runtime.NumCPU(), clangVersion(), b.base, b.runs)
	fmt.Println("| what | measured | ratio | target |")
	fmt.Println("| --- | --- | --- | --- |")
	for _, r := range b.rows {
		fmt.Printf("| %s | %s | %s | %s |\n", r.what, r.measured, r.ratio, r.target)
	}
}

// A command is one program run, measured from outside.
type command struct {
	args []string
	dir  string
	env  []string // added to ours
	says string   // its output must contain this
}

// A measure is what one run cost.
type measure struct {
	wall, cpu time.Duration // cpu: of the process and those that it waited for
	rss       int64         // bytes, the largest single process
	output    string
}

func (c command) run() (measure, error) {
	cmd := exec.Command(c.args[0], c.args[1:]...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), c.env...)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	m := measure{wall: time.Since(start), output: string(out)}
	if err != nil {
		return m, fmt.Errorf("%q: %w\n%s", c.args, err, out)
	}
	if !strings.Contains(m.output, c.says) {
		return m, fmt.Errorf("the output of %q lacks %q:\n%s", c.args, c.says, out)
	}
	m.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	m.rss = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
	return m, nil
}

// A summary is the content of the summary file of one run of thinrex.
type summary struct {
	Jobs, Hits, Local, Remote, Failed, Fallbacks int

	RemoteHits    int     `json:"remote_hits"`
	BytesUploaded int64   `json:"bytes_uploaded"`
	Sliced        int     `json:"sliced"`
	SliceHits     int     `json:"slice_hits"`
	WallSeconds   float64 `json:"wall_seconds"`
}

func readSummary(path string) (s summary, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(data, &s)
}

// pair runs a and c in turn, each b.runs times after a warm-up. If around isn't nil,
// it runs a, and can prepare it.
func (b *bench) pair(a, c command, around func(command) (measure, error)) (am, cm []measure, err error) {
	if around == nil {
		around = command.run
	}
	for i := range b.runs + 1 { // the first is a warm-up
		one, err := around(a)
		if err != nil {
			return nil, nil, err
		}
		two, err := c.run()
		if err != nil {
			return nil, nil, err
		}
		if i > 0 {
			am, cm = append(am, one), append(cm, two)
		}
	}
	return am, cm, nil
}

func wall(m measure) time.Duration { return m.wall }

func cpu(m measure) time.Duration { return m.cpu }

// median returns the middle one of f over ms.
func median[T any, V cmp.Ordered](ms []T, f func(T) V) V {
	values := make([]V, len(ms))
	for i, m := range ms {
		values[i] = f(m)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// medianRatio returns the middle one of the ratios pair by pair.
func medianRatio(a, c []measure) float64 { return medianRatioOf(wall, a, c) }

func medianRatioOf(of func(measure) time.Duration, a, c []measure) float64 {
	ratios := make([]float64, len(a))
	for i := range a {
		ratios[i] = of(a[i]).Seconds() / of(c[i]).Seconds()
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.0f ms", d.Seconds()*1000) }
