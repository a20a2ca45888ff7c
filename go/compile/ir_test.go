//go:build linux

package compile_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"thinrex/go/compile"
)

var optimised = map[string]string{
	// calls, imported by main, makes a symbol of a name with the module's hash.
	"a.cc": "#include \"a.h\"\n#include <vector>\nstatic int calls;\n" +
		"int sum(const std::vector<int> &v) { calls++; int s = calls; for (int i : v) s += i * FACTOR; return s; }\n",
	"a.h": "#define FACTOR 2\n",
	"m.cc": "#include <vector>\nint sum(const std::vector<int> &v);\nint main(int n, char **) { return " +
		"sum(std::vector<int>(n)); }\n",
}

// The IR key skips the optimiser after a change that leaves the IR alone.
func TestIRKey(t *testing.T) {
	for _, flags := range []string{"-O2", "-O2 -fthin-link-bitcode=a.thin -fPIC -Wall", "-O0",
		"-O2 -g -gsplit-dwarf -MMD"} {
		t.Run(flags, func(t *testing.T) {
			p := newProject(t, optimised)
			p.Keys = compile.Both
			args := append(strings.Fields(flags), "-flto=thin", "-fPIC", "-c", "a.cc", "-o", "a.o")
			p.wantLinked("compiled", args)
			p.wantLinked("hit", args)
			p.write(map[string]string{"a.h": "#define FACTOR (1 + 1) /* two */\n"})
			p.wantLinked("IR hit", args)
			p.wantLinked("hit", args)
			p.write(map[string]string{"a.h": "#define FACTOR 3\n"})
			p.wantLinked("compiled", args)
			p.wantLinked("compiled", append(args, "-fno-inline"))
			p.Keys = compile.IR
			p.wantLinked("IR hit", args)
			p.MinInsts = 100000
			p.wantLinked("compiled", args)
			// Its objects are no other key's.
			p.Keys = compile.Direct
			p.want("compiled", args...)
		})
	}
}

// wantLinked compares what a compilation in two steps left with the compiler's
// own: all files but the object, which is compared once it is linked, less the
// names of symbols, and the build-id, which is a hash of them, too.
func (p *project) wantLinked(verdict string, args []string) {
	p.Helper()
	want := p.plain(args)
	got, said := p.cached(args)
	if said != verdict {
		p.Fatalf("%q: %q, want %q", args, said, verdict)
	}
	if p.linked(want.files["a.o"], args) != p.linked(got.files["a.o"], args) {
		p.Errorf("%q: another program", args)
	}
	delete(want.files, "a.o")
	delete(got.files, "a.o")
	for _, files := range []map[string]string{want.files, got.files} {
		if thin := files["a.thin"]; thin != "" {
			files["a.thin"] = p.summary(thin)
		}
	}
	p.compare(args, got, want)
}

// A hash's numbers take as many words as they need.
var hash = regexp.MustCompile(`<HASH [^>]*>|NumWords=\d+`)

// summary is what a thin link reads, as text and less the hash of the object.
func (p *project) summary(bitcode string) string {
	p.Helper()
	dump := exec.Command("llvm-bcanalyzer-22", "--dump", "--disable-histogram")
	dump.Stdin = strings.NewReader(bitcode)
	text, err := dump.Output()
	if err != nil || !hash.Match(text) {
		p.Fatalf("llvm-bcanalyzer: %v: %s", err, text)
	}
	records, _, _ := strings.Cut(string(text), "\nSummary of")
	return hash.ReplaceAllString(records, "")
}

func (p *project) linked(object string, args []string) string {
	p.Helper()
	dir := p.TempDir()
	path := filepath.Join(dir, "a.o")
	if err := os.WriteFile(path, []byte(object), 0o644); err != nil {
		p.Fatal(err)
	}
	for _, command := range [][]string{
		{"clang++-22", "-O2", "-flto=thin", "-fPIC", "-c", "m.cc", "-o", filepath.Join(dir, "m.o")},
		{"clang++-22", "-flto=thin", "-fuse-ld=lld-22", "-Wl,--build-id=none,-s", filepath.Join(dir, "m.o"), path, "-o",
			filepath.Join(dir, "prog")},
	} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			p.Fatalf("%q: %v: %s", command, err, out)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "prog"))
	if err != nil {
		p.Fatal(err)
	}
	return string(data)
}
