//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// checkoutSources is how many sources the project has.
const checkoutSources = 30

// secondCheckout compares building a CMake project in another folder with building it
// for the first time: the processor time of all processes of both phases.
func (b *bench) secondCheckout() error {
	var firsts, seconds []measure
	for i := range b.fewRuns() + 1 { // the first is a warm-up
		top := filepath.Join(b.dir, fmt.Sprintf("checkouts%d", i))
		cache := filepath.Join(top, "cache")
		first, err := b.buildCheckout(filepath.Join(top, "first"), cache, 0)
		if err != nil {
			return err
		}
		time.Sleep(3 * time.Second) // only older files are trusted
		second, err := b.buildCheckout(filepath.Join(top, "second", "copy"), cache, checkoutSources)
		if err != nil {
			return err
		}
		if err := sameFile(filepath.Join(top, "first/build/prog"), filepath.Join(top, "second/copy/build/prog")); err != nil {
			return err
		}
		if i > 0 {
			firsts, seconds = append(firsts, first), append(seconds, second)
		}
		if err := os.RemoveAll(top); err != nil {
			return err
		}
	}
	b.add(fmt.Sprintf("a CMake project of %d sources, copied to another folder: processor time of the build there vs. "+
		"the first build's", checkoutSources),
		fmt.Sprintf("%.2f s vs. %.2f s", median(seconds, cpu).Seconds(), median(firsts, cpu).Seconds()),
		fmt.Sprintf("%.3f×", medianRatioOf(cpu, seconds, firsts)), "≤ 0.1×")
	return nil
}

// buildCheckout makes a checkout of the project, configures it, and measures how it is
// built. It fails unless both phases have the number of hits.
func (b *bench) buildCheckout(dir, cache string, hits int) (measure, error) {
	build := filepath.Join(dir, "build")
	if err := writeCheckout(dir); err != nil {
		return measure{}, err
	}
	err := tool(dir, "cmake", "-G", "Ninja", "-S", dir, "-B", build, "-DCMAKE_CXX_COMPILER=clang++-22",
		"-DCMAKE_BUILD_TYPE=", "-DCMAKE_CXX_FLAGS=-O2 -flto=thin", "-DCMAKE_CXX_COMPILER_LAUNCHER="+b.thinrex+";cc;--",
		"-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld -fthinlto-distributor="+b.thinrex)
	if err != nil {
		return measure{}, err
	}
	summary := filepath.Join(dir, "summary.json")
	c := command{
		args: []string{"ninja", "-v", "-C", build},
		dir:  dir,
		env:  []string{"THINREX_DISK_CACHE=" + cache, "THINREX_SUMMARY_FILE=" + summary, "THINREX_VERBOSE=1"},
	}
	m, err := c.run()
	if err != nil {
		return m, err
	}
	if n := strings.Count(m.output, ": hit\n"); n != hits {
		return m, fmt.Errorf("%d of %d compilations in %s hit, want %d", n, checkoutSources, dir, hits)
	}
	s, err := readSummary(summary)
	if err == nil && (s.Jobs != checkoutSources || s.Hits != hits) {
		err = fmt.Errorf("the link in %s: %+v, want %d hits", dir, s, hits)
	}
	return m, err
}

// writeCheckout writes the sources, a CMakeLists.txt, and the thinrex.toml by which
// checkouts share results.
func writeCheckout(dir string) error {
	files := map[string]string{
		"thinrex.toml": "base_dir = \".\"\n",
		"shared.h":     sharedHeader(),
		"CMakeLists.txt": "cmake_minimum_required(VERSION 3.20)\nproject(prog CXX)\nfile(GLOB sources *.cc)\n" +
			"add_executable(prog ${sources})\n",
	}
	for i := range checkoutSources {
		files[moduleName(i)+".cc"] = source(i, checkoutSources, 6, 20)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
