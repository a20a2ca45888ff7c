//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

// These rows measure what it brings, and what it costs, that a job's key holds only
// what the job imports of other modules.

// slicedLink is a link of the program with a cache of its own for each way.
func (b *bench) slicedLink(p *program, slicing string) command {
	c := p.link("sliced"+slicing, "-fthinlto-distributor="+b.thinrex, "-Xthinlto-distributor=--slicing="+slicing)
	c.env = []string{
		"THINREX_DISK_CACHE=" + filepath.Join(b.dir, "sliced"+slicing+"cache"),
		"THINREX_SUMMARY_FILE=" + b.summaryFile(slicing),
	}
	return c
}

func (b *bench) summaryFile(slicing string) string {
	return filepath.Join(b.dir, "sliced"+slicing+".json")
}

// slicedHits compares links whose jobs all hit.
func (b *bench) slicedHits() error {
	p, err := b.program()
	if err != nil {
		return err
	}
	on, off := b.slicedLink(p, "auto"), b.slicedLink(p, "off")
	for _, c := range []command{on, off} {
		if _, err := c.run(); err != nil {
			return err
		}
	}
	if err := sameFile(filepath.Join(p.dir, "slicedauto"), filepath.Join(p.dir, "slicedoff")); err != nil {
		return err
	}
	many := *b
	many.runs = 3 * b.runs
	onRuns, offRuns, err := many.pair(on, off, nil)
	if err != nil {
		return err
	}
	if s, err := readSummary(b.summaryFile("auto")); err != nil || s.Hits != s.Jobs || s.Sliced > 0 {
		return fmt.Errorf("the warm link isn't warm, or makes slices: %+v, %v", s, err)
	}
	b.add(fmt.Sprintf("all-hit link of %d modules, slicing on vs. off", b.modules),
		fmt.Sprintf("%s vs. %s", ms(median(onRuns, wall)), ms(median(offRuns, wall))),
		fmt.Sprintf("%.3f×", medianRatio(onRuns, offRuns)), "≤ 1.02×")
	return nil
}

// slicedEdit adds functions to a module from which a quarter of the others import,
// and links again: with thinrex, and with lld's own cache.
func (b *bench) slicedEdit() error {
	p, err := b.program()
	if err != nil {
		return err
	}
	cache := filepath.Join(b.dir, "editcache")
	lld := p.link("editlld", "-Wl,--thinlto-cache-dir="+cache, "-Wl,--thinlto-cache-policy=prune_interval=24h")
	ours := b.slicedLink(p, "auto")
	undo := func() error { return nil }
	var ourRuns, lldRuns []measure
	var ourJobs, lldJobs []int
	for i := range b.runs + 1 { // the first fills the caches
		if i > 0 {
			if err := undo(); err != nil {
				return err
			}
			if undo, err = p.addFunctions(i); err != nil {
				return err
			}
		}
		before := entries(cache)
		one, err := ours.run()
		if err != nil {
			return err
		}
		two, err := lld.run()
		if err != nil {
			return err
		}
		s, err := readSummary(b.summaryFile("auto"))
		if err != nil {
			return err
		}
		if err := sameFile(filepath.Join(p.dir, "slicedauto"), filepath.Join(p.dir, "editlld")); err != nil {
			return err
		}
		if i > 0 {
			ourRuns, lldRuns = append(ourRuns, one), append(lldRuns, two)
			ourJobs, lldJobs = append(ourJobs, s.Local), append(lldJobs, entries(cache)-before)
		}
	}
	number := func(n int) int { return n }
	what := "re-link after a new static function in one of %d modules, whole link vs. lld's own cache"
	b.add(fmt.Sprintf(what, b.modules),
		fmt.Sprintf("%s (%d jobs) vs. %s (%d jobs)", ms(median(ourRuns, wall)), median(ourJobs, number),
			ms(median(lldRuns, wall)), median(lldJobs, number)),
		fmt.Sprintf("%.2f×", medianRatio(ourRuns, lldRuns)), "≤ 0.35×")
	return undo()
}

// addFunctions adds a static and a global function to a module from which a quarter of
// the others import, and returns what undoes that. Equal numbers give equal functions.
func (p *program) addFunctions(n int) (undo func() error, err error) {
	module := moduleName(firstHub)
	unedited, err := os.ReadFile(filepath.Join(p.dir, module+".cc"))
	if err != nil {
		return nil, err
	}
	text := fmt.Appendf(bytes.Clone(unedited),
		"static long newstatic(long x) { return x * %d; }\nlong newglobal(long x) { return newstatic(x); }\n", n)
	return func() error { return p.replace(module, unedited) }, p.replace(module, text)
}

// replace compiles another text of a module whose object stands in no archive.
func (p *program) replace(module string, text []byte) error {
	if err := os.WriteFile(filepath.Join(p.dir, module+".cc"), text, 0o644); err != nil {
		return err
	}
	return compile(p.dir, module)
}

// entries counts what is in lld's cache.
func entries(cache string) int {
	found, _ := filepath.Glob(filepath.Join(cache, "llvmcache-*")) // the pattern is sound
	return len(found)
}

// slicedCold compares cold links with those of an older build, or without slicing.
func (b *bench) slicedCold() error {
	some, kept, err := b.someJobs(coldJobs)
	if err != nil {
		return err
	}
	link := func(args ...string) command {
		cache := filepath.Join(b.dir, "coldslices")
		return command{
			args: append(args, "--disk_cache="+cache, "--summary_file="+filepath.Join(b.dir, "coldslices.json"), some),
			dir:  kept,
		}
	}
	on, off, against := link(b.thinrex), link(b.thinrex, "--slicing=off"), "slicing off"
	if b.older != "" {
		off, against = link(b.older), "the older build's"
	}
	var onRuns, offRuns []measure
	for i := range b.fewRuns() + 1 { // the first is a warm-up
		for _, side := range []struct {
			command
			runs *[]measure
		}{{on, &onRuns}, {off, &offRuns}} {
			if err := emptyCache(filepath.Join(b.dir, "coldslices")); err != nil {
				return err
			}
			m, err := side.run()
			if err != nil {
				return err
			}
			if i > 0 {
				*side.runs = append(*side.runs, m)
			}
		}
	}
	b.add("cold link, slicing on, vs. "+against,
		fmt.Sprintf("%.2f s vs. %.2f s", median(onRuns, wall).Seconds(), median(offRuns, wall).Seconds()),
		fmt.Sprintf("%.3f×", medianRatio(onRuns, offRuns)), "≤ 0.95×")
	return nil
}

var (
	luaRow     = regexp.MustCompile("(?m)^\\| a constant in `lstring.c` \\| (\\d+) \\| \\d+ \\| \\*\\*(\\d+)\\*\\* ")
	cuttingRow = regexp.MustCompile(`(?m)^([^,\n]*), cold: (\d+) imports, ([\d.]+) ms of CPU for cutting each`)
)

// editBench runs make bench-edits for some edits of one project, and returns what it prints.
func (b *bench) editBench(project string, edits int) ([]byte, error) {
	out, err := exec.Command("go", "run", "./go/internal/editbench", "-only", project, "-edits", fmt.Sprint(edits),
		b.thinrex).Output()
	if failed, ok := err.(*exec.ExitError); ok {
		err = fmt.Errorf("editbench: %w\n%s", err, failed.Stderr)
	}
	return out, err
}

// slicesOfRealProjects counts the jobs that a constant in Lua makes run again, and
// measures the processor time of cutting Lua's and LevelDB's modules.
func (b *bench) slicesOfRealProjects() error {
	out, err := b.editBench("lua", 1)
	if err != nil {
		return err
	}
	m := luaRow.FindSubmatch(out)
	if m == nil {
		return fmt.Errorf("editbench prints no row of the constant:\n%s", out)
	}
	b.add("one-constant edit of Lua: jobs that run, vs. lld's own cache", fmt.Sprintf("%s vs. %s", m[2], m[1]), "", "≤ 4")
	if err := b.addCutting(out); err != nil {
		return err
	}
	if out, err = b.editBench("leveldb", 0); err != nil {
		return err
	}
	return b.addCutting(out)
}

func (b *bench) addCutting(out []byte) error {
	m := cuttingRow.FindSubmatch(out)
	if m == nil {
		return fmt.Errorf("editbench doesn't say what cutting costs:\n%s", out)
	}
	b.add(fmt.Sprintf("CPU for cutting an import, cold link of %s, %s imports", m[1], m[2]),
		string(m[3])+" ms", "", "≤ 2.5 ms")
	return nil
}
