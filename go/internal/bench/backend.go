//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"thinrex/go/bitcode"
)

// backendHits compares hits of a backend that is given as a command with hits of a
// compilation.
func (b *bench) backendHits() error {
	p, err := b.program()
	if err != nil {
		return err
	}
	objects := &program{dir: p.dir} // members of archives have no files that a command could name
	for i := range b.modules {
		objects.inputs = append(objects.inputs, moduleName(i)+".o")
	}
	if _, err := objects.link("indexed", "-Wl,--thinlto-index-only").run(); err != nil {
		return err
	}
	module, imports, err := p.largestImporter()
	if err != nil {
		return err
	}
	cache := filepath.Join(b.dir, "backendcache")
	clang := func(object string) []string {
		return []string{"clang-22", "-O2", "-ffunction-sections", "-fdata-sections", "-c", "-x", "ir", module,
			"-fthinlto-index=" + module + ".thinlto.bc", "-o", object}
	}
	ours := command{
		args: append([]string{b.thinrex, "cc", "--verbose", "--"}, clang("ours.o")...),
		dir:  p.dir,
		env:  []string{"THINREX_DISK_CACHE=" + cache},
	}
	u := unit{dir: filepath.Join(b.dir, "backendunit"), source: manyHeaders(8), cache: cache}
	if err := os.Mkdir(u.dir, 0o755); err != nil {
		return err
	}
	if err := u.edit(""); err != nil {
		return err
	}
	compilation := u.through(b.thinrex, "ours.o")
	time.Sleep(3 * time.Second) // digests are remembered only of files that are older than now
	for _, c := range []command{ours, compilation, {args: clang("plain.o"), dir: p.dir}} {
		if _, err := c.run(); err != nil {
			return err
		}
	}
	ours.says, compilation.says = ": hit\n", ": hit\n"
	many := *b
	many.runs = 11 * b.runs
	ourRuns, compilations, err := many.pair(ours, compilation, nil)
	if err != nil {
		return err
	}
	if err := sameFile(filepath.Join(p.dir, "ours.o"), filepath.Join(p.dir, "plain.o")); err != nil {
		return err
	}
	what := fmt.Sprintf("hit of a backend's command with %d imports, whole process, vs. a direct hit of a compilation;"+
		" %d pairs", imports, many.runs)
	b.addPair(what, ourRuns, compilations, "≤ 1.5×")
	return nil
}

// largestImporter returns the module of which the index names the most modules.
func (p *program) largestImporter() (module string, imports int, err error) {
	indexes, err := filepath.Glob(filepath.Join(p.dir, "*.thinlto.bc"))
	if err != nil {
		return "", 0, err
	}
	for _, path := range indexes {
		data, err := os.ReadFile(path)
		if err != nil {
			return "", 0, err
		}
		index, err := bitcode.Parse(data)
		if err != nil {
			return "", 0, err
		}
		if n := len(index.Paths()) - 1; n > imports {
			module, imports = strings.TrimSuffix(filepath.Base(path), ".thinlto.bc"), n
		}
	}
	if module == "" {
		return "", 0, fmt.Errorf("no module in %s imports anything", p.dir)
	}
	return module, imports, nil
}
