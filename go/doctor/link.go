package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"thinrex/go/host"
	"thinrex/go/report"
)

const (
	twoModules = "link"

	notLinked = "follow the message, or else report it with what this command printed; " +
		"THINREX_DISABLE=1 links without thinrex's cache until then"
)

// checkLink compiles two modules, links them by lld alone and twice through thinrex, with
// an empty cache, and compares.
func (d *examination) checkLink(ctx context.Context) {
	if d.linker == "" {
		d.broken(twoModules, "see above", "not tried: there is no compiler, or no linker, that can do it")
		return
	}
	dir, err := os.MkdirTemp("", "thinrex-doctor-")
	if err != nil {
		d.broken(twoModules, "make space, or set TMPDIR to another folder", "%v", err)
		return
	}
	defer os.RemoveAll(dir)
	t := &trial{examination: d, dir: dir}
	if err := t.compile(ctx); err != nil {
		d.broken(twoModules, "correct the compiler's installation or arguments", "two small modules don't compile: %v", err)
		return
	}
	if _, err := t.link(ctx, "alone"); err != nil {
		d.broken(twoModules, "correct the installation: thinrex isn't part of this link",
			"lld alone can't link them: %v", err)
		return
	}
	cold, err := t.linkThroughThinrex(ctx, "cold")
	if err != nil {
		d.broken(twoModules, notLinked, "they can't be linked through thinrex: %v", err)
		return
	}
	warm, err := t.linkThroughThinrex(ctx, "warm")
	if err != nil {
		d.broken(twoModules, notLinked, "they can't be linked through thinrex a second time: %v", err)
		return
	}
	t.judge(cold, warm)
}

// A trial is a link of two modules in a folder of its own.
type trial struct {
	*examination
	dir string
}

// The modules need no library and no header. The first imports from the second.
var modules = map[string]string{
	"a.c": "int b(int);\nint a(int x) { return b(x) + 1; }\n",
	"b.c": "int b(int x) { return x * 2; }\nint c(int x) { return x + 40; }\n",
}

func (t *trial) compile(ctx context.Context) error {
	for name, text := range modules {
		if err := os.WriteFile(filepath.Join(t.dir, name), []byte(text), 0o600); err != nil {
			return err
		}
		args := slices.Concat(t.Compiler[1:], []string{
			"-O2", "-fPIC", "-flto=thin", "-x", "c", "-c", name, "-o", name + ".o",
		})
		if _, err := t.runHere(ctx, args); err != nil {
			return err
		}
	}
	return nil
}

// link links a shared library, which needs no start files either, and returns what the
// linker printed.
func (t *trial) link(ctx context.Context, output string, flags ...string) (string, error) {
	args := slices.Concat(t.Compiler[1:], t.chooseLLD(), []string{"-O2", "-flto=thin", "-shared", "-nostdlib"}, flags,
		[]string{"a.c.o", "b.c.o", "-o", output})
	return t.runHere(ctx, args)
}

func (t *trial) runHere(ctx context.Context, args []string) (string, error) {
	p := t.command(args)
	p.Dir, p.Env = t.dir, append(host.Inherited(), t.settings()...)
	return run(ctx, p)
}

// settings are the user's that matter to two modules, without those that lead out of the
// folder.
func (t *trial) settings() []string {
	return append(slices.Clone(t.Variables),
		"THINREX_CONFIG="+os.DevNull,
		"THINREX_DISK_CACHE="+filepath.Join(t.dir, "cache"),
		"THINREX_SUMMARY_FILE="+filepath.Join(t.dir, "summary"))
}

// A passage is one link through thinrex.
type passage struct {
	report.Summary
	printed string
	took    time.Duration
}

func (t *trial) linkThroughThinrex(ctx context.Context, output string) (p passage, err error) {
	begun := time.Now()
	if p.printed, err = t.link(ctx, output, t.throughThinrex()...); err != nil {
		return p, err
	}
	p.took = time.Since(begun)
	data, err := os.ReadFile(filepath.Join(t.dir, "summary"))
	if errors.Is(err, os.ErrNotExist) {
		return p, errors.New("the linker doesn't start thinrex: " + gist(p.printed))
	}
	if err == nil {
		err = json.Unmarshal(data, &p.Summary)
	}
	return p, err
}

func (t *trial) judge(cold, warm passage) {
	switch {
	case cold.Uncached > 0:
		t.warn(twoModules, "follow the warning", "jobs run, but nothing is cached: %s", gist(cold.printed))
	case warm.Hits < warm.Jobs || warm.Jobs < len(modules):
		t.broken(twoModules, notLinked, "of %d jobs of the second link, %d are hits: %s",
			warm.Jobs, warm.Hits, gist(cold.printed+warm.printed))
	case !t.areEqual("alone", "cold") || !t.areEqual("alone", "warm"):
		t.warn(twoModules, "if no option in docs/keys.md explains it, report it",
			"the program that thinrex links differs from lld's own")
	default:
		t.ok(twoModules, "two modules: %d jobs run here in %.1f s, then %d hits in %.1f s; the program is lld's own",
			cold.Local, cold.took.Seconds(), warm.Hits, warm.took.Seconds())
	}
	if t.slices && cold.Uncached == 0 && cold.Sliced == 0 {
		t.warn("slicing", "thinrex --verbose says why", "the link of two modules cut none: %s", gist(cold.printed))
	}
}

func (t *trial) areEqual(one, other string) bool {
	a, err := os.ReadFile(filepath.Join(t.dir, one))
	b, otherErr := os.ReadFile(filepath.Join(t.dir, other))
	return err == nil && otherErr == nil && bytes.Equal(a, b)
}
