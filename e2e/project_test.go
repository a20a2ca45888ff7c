//go:build e2e && linux

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A project is a folder with objects and archives of ThinLTO modules, ready to
// be linked to one program.
type project struct {
	dir      string
	compiler string
	inputs   []string
	modules  int
}

// newQuickstart compiles examples/quickstart.
func newQuickstart(t *testing.T) *project {
	t.Helper()
	p := &project{
		dir: filepath.Join(t.TempDir(), "quickstart"), compiler: "clang++-22", modules: 16,
		inputs: []string{"build/main.o", "build/survey.o", "build/libshapes.a", "build/libreport.a"},
	}
	p.copyFrom(t, "../examples/quickstart")
	if err := os.RemoveAll(filepath.Join(p.dir, "build")); err != nil {
		t.Fatal(err)
	}
	p.run(t, "make", "-j2", "CXX=clang++-22", "AR=llvm-ar-22", "CXXFLAGS=-O2", "BUILD=build", "inputs")
	p.linkInProcess(t)
	return p
}

// elsewhere copies a project to another folder.
func (p *project) elsewhere(t *testing.T) *project {
	t.Helper()
	other := *p
	other.dir = filepath.Join(t.TempDir(), "another place")
	other.copyFrom(t, p.dir)
	return &other
}

func (p *project) copyFrom(t *testing.T, dir string) {
	t.Helper()
	if err := os.CopyFS(p.dir, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
}

// newLarge makes a program of n small modules, each importing from one other,
// half of them in an archive. It compiles one module, and makes the others by
// replacing names in the bitcode's string table.
func newLarge(t *testing.T, n int) *project {
	t.Helper()
	p := &project{
		dir:      t.TempDir(),
		compiler: "clang-22",
		inputs:   []string{"main.o", "shared.o", "@objects", "libmany.a"},
		modules:  n + 2,
	}
	p.write(t, "part.c", "int shared(int);\nstatic int k_0000_;\n"+
		"int f_0000_(int x) { return shared(x) * 3 + k_0000_; }\nvoid s_0000_(int v) { k_0000_ += v; }\n")
	p.write(t, "shared.c", "static int calls;\nint shared(int x) { return x ^ ++calls; }\n")
	var declarations, table, objects, members strings.Builder
	for i := range n {
		fmt.Fprintf(&declarations, "int f_%04d_(int);\n", i)
		fmt.Fprintf(&table, "f_%04d_, ", i)
		list := &objects
		if i%2 > 0 {
			list = &members
		}
		fmt.Fprintf(list, "part%d.o\n", i)
	}
	p.write(t, "main.c", fmt.Sprintf("%sint (*volatile table[])(int) = {%s};\nint main(void) {\n"+
		"  int sum = 0;\n  for (int i = 0; i < %d; i++) sum = table[i](sum);\n  return sum == 0;\n}\n", &declarations,
		&table, n))
	p.write(t, "objects", objects.String())
	p.write(t, "members", members.String())
	p.run(t, "clang-22", "-O2", "-flto=thin", "-c", "part.c", "shared.c", "main.c")
	part, err := os.ReadFile(filepath.Join(p.dir, "part.o"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		renamed := bytes.ReplaceAll(part, []byte("_0000_"), fmt.Appendf(nil, "_%04d_", i))
		p.write(t, fmt.Sprintf("part%d.o", i), string(renamed))
	}
	p.run(t, "llvm-ar-22", "rcs", "libmany.a", "@members")
	p.linkInProcess(t)
	p.run(t, "./oracle")
	return p
}

// linkInProcess links the oracle: what lld makes of the project by itself.
func (p *project) linkInProcess(t *testing.T) {
	t.Helper()
	p.run(t, p.compiler, append([]string{"-O2", "-flto=thin", "-fuse-ld=lld-22", "-o", "oracle"}, p.inputs...)...)
}

// same checks that a program is the oracle, byte for byte.
func (p *project) same(t *testing.T, program string) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(p.dir, program))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(p.dir, "oracle"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s (%d bytes) isn't what lld links by itself (%d bytes)", program, len(got), len(want))
	}
}

func (p *project) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (p *project) run(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = p.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}
