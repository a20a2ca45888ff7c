//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Beside its results, thinrex remembers what it found out about the machine. These
// rows measure what it costs to check that this is still true.

const hitHeaders = 320

// hitsAgainstOlder compares hits of a source with many headers with those of an
// older build, which looked at less before it trusted a result.
func (b *bench) hitsAgainstOlder() error {
	if b.older == "" {
		return nil
	}
	dir := filepath.Join(b.dir, "headers")
	if err := writeHeaders(dir, hitHeaders); err != nil {
		return err
	}
	time.Sleep(3 * time.Second) // thinrex trusts only files that are older than now
	hit := func(thinrex, name string) command {
		return command{
			args: append([]string{thinrex, "cc", "--verbose", "--", "clang-22", "-O2", "-flto=thin", "-Iinc"},
				"-c", "a.c", "-o", name+".o"),
			dir: dir, env: []string{"THINREX_DISK_CACHE=" + filepath.Join(b.dir, name+"cache")},
		}
	}
	ours, theirs := hit(b.thinrex, "ours"), hit(b.older, "older")
	for _, c := range []command{ours, theirs} {
		if _, err := c.run(); err != nil {
			return err
		}
	}
	ours.says, theirs.says = ": hit\n", ": hit\n"
	many := *b
	many.runs = 33 * b.runs
	ourRuns, olderRuns, err := many.pair(ours, theirs, nil)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("direct hit, %d headers, vs. the older build's; %d pairs", hitHeaders, many.runs)
	b.addPair(what, ourRuns, olderRuns, "≤ 1.03×")
	return nil
}

func writeHeaders(dir string, n int) error {
	if err := os.MkdirAll(filepath.Join(dir, "inc"), 0o755); err != nil {
		return err
	}
	var source strings.Builder
	for i := range n {
		name, text := fmt.Sprintf("h%d.h", i), fmt.Appendf(nil, "#define H%d %d\n", i, i)
		if err := os.WriteFile(filepath.Join(dir, "inc", name), text, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&source, "#include <%s>\n", name)
	}
	source.WriteString("int x = H0;\n")
	return os.WriteFile(filepath.Join(dir, "a.c"), []byte(source.String()), 0o644)
}

// hitsWithoutDisk compares links whose jobs all hit in a service: without a disk
// cache, and with one that has no results but what is remembered.
func (b *bench) hitsWithoutDisk(p *program, address string) error {
	cache := filepath.Join(b.dir, "emptycache")
	link := func(disk string) command {
		c := p.link("remotewarm", "-fthinlto-distributor="+b.thinrex)
		c.env = []string{
			"THINREX_DISK_CACHE=" + disk, "THINREX_REMOTE_EXECUTOR=grpc://" + address,
			"XDG_CACHE_HOME=" + filepath.Join(b.dir, "xdg"),
		}
		return c
	}
	none, remembers := link(""), link(cache)
	warm := func(c command) (measure, error) {
		if err := emptyCache(cache); err != nil {
			return measure{}, err
		}
		sum, m, err := b.againstService(c)
		if err == nil && (sum.Jobs < b.modules || sum.RemoteHits != sum.Jobs) {
			err = fmt.Errorf("not all jobs hit in the service: %+v", sum)
		}
		return m, err
	}
	var without, with []measure
	for i := range b.runs + 1 { // the first is a warm-up
		one, err := warm(none)
		if err != nil {
			return err
		}
		two, err := warm(remembers)
		if err != nil {
			return err
		}
		if i > 0 {
			without, with = append(without, one), append(with, two)
		}
	}
	what := "all-hit link of %d modules from a service, --disk_cache=, vs. with a disk cache that remembers digests"
	b.add(fmt.Sprintf(what, b.modules), fmt.Sprintf("%s vs. %s", ms(median(without, wall)), ms(median(with, wall))),
		fmt.Sprintf("%.3f×", medianRatio(without, with)), "≤ 1.3×")
	return nil
}
