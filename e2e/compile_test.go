//go:build e2e && linux

package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"thinrex/e2e/internal/stage"
	"thinrex/go/report"
)

// compiles counts where thinrex cc got its objects from.
type compiles struct{ compiled, hits, remoteHits int }

// compile runs a build that calls thinrex cc --verbose, in a project.
func (m machine) compile(t *testing.T, p *project, command ...string) (got compiles) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir = p.dir
	cmd.Env = m.environment()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v\n%s", command, err, out)
	}
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "thinrex: ") {
			continue
		}
		switch {
		case strings.HasSuffix(line, ": compiled\n"):
			got.compiled++
		case strings.HasSuffix(line, ": remote hit\n"):
			got.remoteHits++
		case strings.HasSuffix(line, ": hit\n"):
			got.hits++
		default:
			t.Errorf("not expected of thinrex cc: %s", line)
		}
	}
	m.nothingLeft(t, p)
	return got
}

func makeLua(compiler string) []string {
	return []string{
		"make", "-j2", "-C", "src", "CC=" + compiler + " -std=gnu99", "MYCFLAGS=-flto=thin", "SYSCFLAGS=-DLUA_USE_LINUX",
		"AR=llvm-ar-22 rcs", "RANLIB=true", "lua.o", "liblua.a",
	}
}

// A real project is built twice with one cache. The second build, in another
// directory, compiles nothing in either phase; both programs are the one of a
// build without thinrex.
func TestLuaInBothPhases(t *testing.T) {
	plain := &project{
		dir: filepath.Join(t.TempDir(), "lua"), compiler: "clang-22",
		inputs: []string{"src/lua.o", "src/liblua.a", "-rdynamic", "-lm", "-ldl"},
	}
	plain.fetchLua(t)
	first, second := plain.elsewhere(t), plain.elsewhere(t)
	command := makeLua("clang-22")
	plain.run(t, command[0], command[1:]...)
	plain.linkInProcess(t)

	m := newMachine(t)
	throughCache := makeLua(site.Thinrex(t) + " cc --verbose -- clang-22")
	modules := plain.countModules(t)
	build := func(p *project, compiled compiles, linked report.Summary) {
		t.Helper()
		if got := m.compile(t, p, throughCache...); got != compiled {
			t.Errorf("thinrex cc: %+v, want %+v", got, compiled)
		}
		p.modules = modules
		p.takeOracle(t, plain)
		m.mustLink(t, p, linked)
	}
	build(first, compiles{compiled: modules}, report.Summary{Local: modules})
	build(second, compiles{hits: modules}, report.Summary{Hits: modules})
}

// What one machine has compiled is a hit on another that shares a remote cache.
func TestCompileRemoteCache(t *testing.T) {
	cache := "--remote_cache=grpc://" + site.StartWorker(t, stage.WorkerOptions{})
	p := &project{dir: t.TempDir()}
	p.write(t, "a.h", "int a(int);\n")
	p.write(t, "a.c", "#include <stdio.h>\n#include \"a.h\"\nint a(int x) { return printf(\"%d\", x); }\n")
	other := p.elsewhere(t)
	command := []string{
		site.Thinrex(t), "cc", "--verbose", cache, "--remote_upload_local_results=true",
		"--", "clang-22", "-O2", "-flto=thin", "-c", "a.c", "-o", "a.o",
	}
	if got := newMachine(t).compile(t, p, command...); got != (compiles{compiled: 1}) {
		t.Errorf("on the first machine: %+v", got)
	}
	second := newMachine(t)
	if got := second.compile(t, other, command...); got != (compiles{remoteHits: 1}) {
		t.Errorf("on another machine: %+v", got)
	}
	other.equal(t, "a.o", p)
	if got := second.compile(t, other, command...); got != (compiles{hits: 1}) {
		t.Errorf("there again: %+v", got)
	}
	p.run(t, "clang-22", "-O2", "-flto=thin", "-c", "a.c", "-o", "a.o")
	other.equal(t, "a.o", p)
}

func (p *project) fetchLua(t *testing.T) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "../scripts/fetch-lua.sh", p.dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}

// countModules counts the objects of a finished build of Lua.
func (p *project) countModules(t *testing.T) int {
	t.Helper()
	objects, err := filepath.Glob(filepath.Join(p.dir, "src", "*.o"))
	if err != nil || len(objects) < 30 {
		t.Fatalf("objects of Lua: %q, %v", objects, err)
	}
	return len(objects)
}

// takeOracle copies what lld by itself has made of another build.
func (p *project) takeOracle(t *testing.T, from *project) {
	t.Helper()
	if err := os.Link(filepath.Join(from.dir, "oracle"), filepath.Join(p.dir, "oracle")); err != nil {
		t.Fatal(err)
	}
}

// equal checks that a file is the one of another project, byte for byte.
func (p *project) equal(t *testing.T, name string, with *project) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(with.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs between %s and %s", name, p.dir, with.dir)
	}
}
