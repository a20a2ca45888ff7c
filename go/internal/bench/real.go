//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"thinrex/go/link/distfile"
)

// warmLink compares a link whose jobs all hit with lld's own warm cache.
func (b *bench) warmLink() error {
	p, err := b.program()
	if err != nil {
		return err
	}
	summary := filepath.Join(b.dir, "summary.json")
	ours := p.link("ours", "-fthinlto-distributor="+b.thinrex)
	ours.env = []string{"THINREX_DISK_CACHE=" + filepath.Join(b.dir, "cache"), "THINREX_SUMMARY_FILE=" + summary}
	lld := b.inProcess(p, "lld")
	for _, c := range []command{ours, lld} { // fill both caches
		if _, err := c.run(); err != nil {
			return err
		}
	}
	if err := sameFile(filepath.Join(p.dir, "ours"), filepath.Join(p.dir, "lld")); err != nil {
		return err
	}
	// lld rewrites its output; inputs must be older than what thinrex trusts.
	time.Sleep(3 * time.Second)
	var own []float64
	ourRuns, lldRuns, err := b.pair(ours, lld, func(c command) (measure, error) {
		m, err := c.run()
		if err != nil {
			return m, err
		}
		s, err := readSummary(summary)
		if err == nil && (s.Hits != s.Jobs || s.Jobs < b.modules) {
			err = fmt.Errorf("the warm link isn't warm: %+v", s)
		}
		own = append(own, s.WallSeconds)
		return m, err
	})
	if err != nil {
		return err
	}
	b.add(fmt.Sprintf("all-hit link of %d modules, whole link vs. lld's own warm in-process cache", b.modules),
		fmt.Sprintf("%s vs. %s", ms(median(ourRuns, wall)), ms(median(lldRuns, wall))),
		fmt.Sprintf("%.2f×", medianRatio(ourRuns, lldRuns)), "≤ 1.5×")
	if err := b.floor(p, ours); err != nil {
		return err
	}
	seconds := median(own, func(s float64) float64 { return s })
	b.add("thinrex's own wall time in it", fmt.Sprintf("%.0f ms", seconds*1000), "", "≤ 100 ms")
	if b.older == "" {
		return nil
	}
	return b.warmAgainstOlder(p, ours)
}

// warmAgainstOlder compares a link whose jobs all hit with the same link by an older
// build, which checked less before it trusted a result.
func (b *bench) warmAgainstOlder(p *program, ours command) error {
	theirs := p.link("older", "-fthinlto-distributor="+b.older)
	theirs.env = []string{"THINREX_DISK_CACHE=" + filepath.Join(b.dir, "oldercache")}
	if _, err := theirs.run(); err != nil {
		return err
	}
	if err := sameFile(filepath.Join(p.dir, "ours"), filepath.Join(p.dir, "older")); err != nil {
		return err
	}
	ourRuns, olderRuns, err := b.pair(ours, theirs, nil)
	if err != nil {
		return err
	}
	b.add(fmt.Sprintf("all-hit link of %d modules vs. the older build's", b.modules),
		fmt.Sprintf("%s vs. %s", ms(median(ourRuns, wall)), ms(median(olderRuns, wall))),
		fmt.Sprintf("%.3f×", medianRatio(ourRuns, olderRuns)), "≤ 1.02×")
	return nil
}

// inProcess links as lld does by itself, with lld's own cache.
func (b *bench) inProcess(p *program, output string) command {
	return p.link(output, "-Wl,--thinlto-cache-dir="+filepath.Join(b.dir, "lldcache"))
}

// floor compares the same link with a distributor that does nothing but copy
// the outputs from a folder: what DTLTO itself costs in lld.
func (b *bench) floor(p *program, ours command) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	saved := filepath.Join(b.dir, "saved")
	fill := p.link("floor", "-fthinlto-distributor="+self, "-Xthinlto-distributor=-copy="+saved,
		"-Xthinlto-distributor=-fill="+b.thinrex)
	fill.env = ours.env
	if _, err := fill.run(); err != nil {
		return err
	}
	copying := p.link("floor", "-fthinlto-distributor="+self, "-Xthinlto-distributor=-copy="+saved)
	ourRuns, copyRuns, err := b.pair(ours, copying, nil)
	if err != nil {
		return err
	}
	b.add("the same vs. a distributor that only copies finished objects",
		fmt.Sprintf("%s vs. %s", ms(median(ourRuns, wall)), ms(median(copyRuns, wall))),
		fmt.Sprintf("%.2f×", medianRatio(ourRuns, copyRuns)), "")
	return nil
}

// runCopy is a distributor that takes the objects from dir by the number of
// the job. With fill, it has another distributor make them first.
func runCopy(path, dir, fill string) error {
	f, err := distfile.Read(path)
	if err != nil {
		return err
	}
	if fill != "" {
		if _, err := (command{args: []string{fill, path}}).run(); err != nil {
			return err
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	for i, job := range f.Jobs {
		from, to := filepath.Join(dir, fmt.Sprint(i)), job.Outputs[0]
		if fill != "" {
			from, to = to, from
		}
		data, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, data, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func sameFile(x, y string) error {
	a, err := os.ReadFile(x)
	if err != nil {
		return err
	}
	c, err := os.ReadFile(y)
	if err == nil && !bytes.Equal(a, c) {
		err = fmt.Errorf("%s and %s differ", x, y)
	}
	return err
}

// coldJobs is the number of jobs of a cold run: enough for a stable average.
const coldJobs = 80

// keep returns the path of a real link's dist-file; copies of all files that it
// names lie beside it.
func (b *bench) keep() (string, error) {
	p, err := b.program()
	if err != nil {
		return "", err
	}
	kept := filepath.Join(b.dir, "kept")
	keeper := filepath.Join(b.dir, "keeper")
	// This distributor copies all files that lld gives it, and then fails.
	script := fmt.Sprintf("#!/bin/sh\ncp -r . '%s'\nexit 1\n", kept)
	if err := os.WriteFile(keeper, []byte(script), 0o755); err != nil {
		return "", err
	}
	p.link("cold", "-fthinlto-distributor="+keeper).run() // fails, as it must
	files, err := filepath.Glob(filepath.Join(kept, "*.dist-file.json"))
	if err != nil || len(files) != 1 {
		return "", fmt.Errorf("kept dist-files: %q, %v", files, err)
	}
	return files[0], nil
}

// someJobs returns a dist-file of n real jobs, and the folder to run it in.
func (b *bench) someJobs(n int) (file, dir string, err error) {
	all, err := b.kept()
	if err != nil {
		return "", "", err
	}
	file = filepath.Join(b.dir, fmt.Sprintf("first%d.dist-file.json", n))
	return file, filepath.Dir(all), firstJobs(all, file, n)
}

// coldLink compares a distributor's cold run with a bare pool of the same
// clang commands. Both get the dist-file of one real link.
func (b *bench) coldLink() error {
	some, kept, err := b.someJobs(coldJobs)
	if err != nil {
		return err
	}
	cache := filepath.Join(b.dir, "coldcache")
	self, err := os.Executable()
	if err != nil {
		return err
	}
	ours := command{args: []string{b.thinrex, some}, dir: kept, env: []string{"THINREX_DISK_CACHE=" + cache}}
	pool := command{args: []string{self, "-pool", some}, dir: kept}
	shorter := *b
	shorter.runs = b.fewRuns()
	ourRuns, poolRuns, err := shorter.pair(ours, pool, func(c command) (measure, error) {
		if err := emptyCache(cache); err != nil {
			return measure{}, err
		}
		return c.run()
	})
	if err != nil {
		return err
	}
	b.add("cold link vs. a bare pool of the same clang commands",
		fmt.Sprintf("%.2f s vs. %.2f s", median(ourRuns, wall).Seconds(), median(poolRuns, wall).Seconds()),
		fmt.Sprintf("%.3f×", medianRatio(ourRuns, poolRuns)), "≤ 1.05×")
	return nil
}

// emptyCache removes the results. It keeps the digests of the compiler's own files,
// which thinrex computes once on a machine.
func emptyCache(cache string) error {
	for _, folder := range []string{"ac", "cas"} {
		if err := os.RemoveAll(filepath.Join(cache, folder)); err != nil {
			return err
		}
	}
	return nil
}

// runPool is the least that a distributor could do: the commands as they are,
// as many at a time as there are cores, in the order of the file.
func runPool(path string) error {
	f, err := distfile.Read(path)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(context.Background())
	g.SetLimit(runtime.NumCPU())
	for _, job := range f.Jobs {
		g.Go(func() error {
			args := append(append([]string{}, f.Common.Args[1:]...), job.Args...)
			if out, err := exec.CommandContext(ctx, f.Common.Compiler(), args...).CombinedOutput(); err != nil {
				return fmt.Errorf("%s: %w\n%s", job.Module(), err, out)
			}
			return nil
		})
	}
	return g.Wait()
}
