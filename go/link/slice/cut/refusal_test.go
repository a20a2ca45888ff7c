package cut_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"thinrex/go/internal/quick"
	"thinrex/go/link/slice"
)

// What slices aren't known to be right for stays whole.
func TestRefused(t *testing.T) {
	for want, c := range map[string]struct{ name, text, cflags string }{
		"it has assembly at module level": {"a.c", `__asm__(".symver f1, f@V1"); void f1(void) {}`, "-O2"},
		"it has an IFUNC": {"a.c", `static void g(void) {} static void *choose(void) { return g; }
			void f(void) __attribute__((ifunc("choose")));`, "-O2"},
		"it has metadata called other": {"a.ll", `source_filename = "a.c"
			target triple = "x86_64-pc-linux-gnu"
			define void @f() { ret void }
			!other = !{}
			^0 = module: (path: "a.o", hash: (0, 0, 0, 0, 0))
			^1 = gv: (name: "f", summaries: (function: (module: ^0, flags: (linkage: external), insts: 1)))
			^2 = flags: 8`, ""},
		"its summary has records with code": {"a.cc", `struct A { virtual int f(); }; int g(A *a) { return a->f(); }`,
			"-O2 -fwhole-program-vtables -fvisibility=hidden -fno-split-lto-unit"},
		"its summary has records with code 27": {"a.ll", `source_filename = "a.c"
			target triple = "x86_64-pc-linux-gnu"
			declare ptr @malloc(i64)
			define ptr @f() { %p = call ptr @malloc(i64 8)  ret ptr %p }
			^0 = module: (path: "a.o", hash: (0, 0, 0, 0, 0))
			^1 = gv: (name: "f", summaries: (function: (module: ^0, flags: (linkage: external), insts: 2,
				allocs: ((versions: (none), memProf: ((type: notcold, stackIds: (1, 2))))))))
			^2 = flags: 8`, ""},
		"several modules in one file": {"a.cc", `struct A { virtual int f(); }; int A::f() { return 1; }
			int g(A *a) { return a->f(); }`, "-O2 -fwhole-program-vtables -fsplit-lto-unit -fvisibility=hidden"},
		"a summary for regular LTO": {"a.c", `int f(void) { return 1; }`, "-O2 -flto=full"},
		"no ThinLTO summary":        {"a.c", `int f(void) { return 1; }`, "-O2 -fno-lto -emit-llvm"},
		"no magic number":           {"a.c", `int f(void) { return 1; }`, "-O2 -fno-lto"},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			quick.Skip(t, "compiles with clang")
			p := &program{T: t, dir: t.TempDir()}
			p.write(c.name, c.text)
			if strings.HasSuffix(c.name, ".ll") {
				p.run("llvm-as-22", c.name, "-o", c.name+".o")
			} else {
				p.compile(c.name, c.cflags)
			}
			_, err := slicer.Slice(t.Context(), slice.Request{Path: p.path(c.name + ".o")})
			if _, refused := errors.AsType[*slice.Refusal](err); !refused || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %s", err, want)
			}
		})
	}
}

// A value that isn't found can't be kept whole.
func TestUnknownValue(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	p := &program{T: t, dir: t.TempDir()}
	p.write("a.c", "int f(void) { return 1; }")
	p.compile("a.c", "-O2")
	_, err := slicer.Slice(t.Context(), slice.Request{Path: p.path("a.c.o"), Keep: []uint64{7}})
	const want = "a value that the job imports isn't in it"
	if _, refused := errors.AsType[*slice.Refusal](err); !refused || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

// Damaged modules are refused or cut, and others are cut after them.
func TestDamaged(t *testing.T) {
	p := build(t, freestanding, "-O2", elf+"-O2 -nostdlib -shared")
	whole := p.read("b.cc.o")
	for i := range 40 {
		damaged := append([]byte(nil), whole...)
		damaged[16+i*len(whole)/50] ^= byte(1 << (i % 8))
		if i%4 == 0 {
			damaged = damaged[:len(damaged)*(i+1)/50&^3]
		}
		p.write("damaged.o", string(damaged))
		path := filepath.Join(p.dir, "damaged"+string(rune('A'+i)))
		if err := os.Rename(p.path("damaged.o"), path); err != nil {
			t.Fatal(err)
		}
		_, err := slicer.Slice(t.Context(), slice.Request{Path: path})
		if _, refused := errors.AsType[*slice.Refusal](err); err != nil && !refused {
			t.Error(err)
		}
	}
	if _, err := slicer.Slice(t.Context(), slice.Request{Path: p.path("b.cc.o")}); err != nil {
		t.Error(err)
	}
}

func TestNoFile(t *testing.T) {
	quick.Skip(t, "needs libLLVM")
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := exec.Command("mkfifo", pipe).Run(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, pipe, filepath.Join(dir, "none")} {
		_, err := slicer.Slice(t.Context(), slice.Request{Path: path})
		if _, refused := errors.AsType[*slice.Refusal](err); !refused {
			t.Error(err)
		}
	}
}
