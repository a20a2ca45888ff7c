//go:build linux

package compile_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"thinrex/go/compile/cppscan"
	"thinrex/go/compile/headermemo"
	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
)

// settle returns once the times of what was written tell one content from another.
func settle() { time.Sleep(2100 * time.Millisecond) }

// recall returns what is remembered of a header.
func (p *project) recall(name string) (filedigest.File, cppscan.Source, bool) {
	p.Helper()
	f, err := filedigest.Look(name)
	if err != nil {
		p.Error(err)
	}
	return headermemo.Open(p.StateDir).Recall(f, time.Now())
}

// After an edit of the source, headers that stayed the same aren't read again: a false
// digest that is remembered of one leads to a key that nobody else finds.
func TestHeadersAreReadOnce(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "#include \"a.h\"\n", "a.h": "int v;\n"})
	args := []string{"-flto=thin", "-c", "a.c"}
	settle()
	p.want("compiled", args...)
	f, sources, ok := p.recall("a.h")
	if !ok || f.Digest != digest.SHA256.Of([]byte("int v;\n")) {
		t.Fatalf("remembers %v, %v of a.h", f, ok)
	}
	f.Digest = digest.SHA256.Of([]byte("something else"))
	if err := os.RemoveAll(filepath.Join(p.StateDir, "headers")); err != nil {
		t.Fatal(err)
	}
	m := headermemo.Open(p.StateDir)
	m.Remember(f, sources, time.Now())
	if err := m.Save(); err != nil {
		t.Fatal(err)
	}
	p.write(map[string]string{"a.c": "#include \"a.h\"\nint w;\n"})
	p.want("compiled", args...)
	if err := os.RemoveAll(p.StateDir); err != nil {
		t.Fatal(err)
	}
	p.want("compiled", args...)
	p.want("hit", args...)
}

// What is remembered of a header says all that the next source needs to know of it:
// what it includes, other names for __has_include, words that must not be macros.
func TestRememberedHeadersAskTheSame(t *testing.T) {
	cases := map[string]struct {
		files     map[string]string
		afterEdit string // what is said of a compilation after an edit of the source
		more      string // a header that comes then
		afterMore string
	}{
		"included": {
			map[string]string{"a.h": "#include <b.h>\n", "two/b.h": "int b;\n"},
			"compiled", "one/b.h", "compiled",
		},
		"asked_by_another_name": {
			map[string]string{"a.h": "#define ASK __has_include\n#include \"c.h\"\n", "c.h": "#if ASK(<b.h>)\nint b;\n#endif\n"},
			"compiled", "one/b.h", "compiled",
		},
		"computed": {
			map[string]string{"a.h": "#define NAME <b.h>\n#include NAME\n", "two/b.h": "int b;\n"},
			"compiled", "one/b.h", "compiled",
		},
		"respelled": {
			map[string]string{
				"a.h": "#define ASK (__has_include(<tbb/tbb.h>))\n#include \"c.h\"\n",
				"c.h": "#define tbb b\n#if ASK\nint b;\n#endif\n",
			},
			"not stored: a macro asks __has_include", "one/b.h", "not stored",
		},
		"self-contained": {map[string]string{"a.h": "int b;\n"}, "compiled", "one/b.h", "hit"},
	}
	p := newProject(t, nil)
	for name, c := range cases {
		for file, text := range c.files {
			p.write(map[string]string{filepath.Join(name, file): text})
		}
		p.write(map[string]string{name + "/one/.keep": "", name + "/two/.keep": ""})
	}
	settle()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p.TB = t
			source := name + "/a.c"
			args := []string{"-flto=thin", "-I" + name + "/one", "-I" + name + "/two", "-c", source}
			p.write(map[string]string{source: "#include \"a.h\"\n"})
			p.want(c.afterEdit, args...)
			p.write(map[string]string{source: "#include \"a.h\"\nint edited;\n"})
			p.want(c.afterEdit, args...)
			if _, _, ok := p.recall(name + "/a.h"); !ok {
				t.Error("a.h isn't remembered")
			}
			p.write(map[string]string{name + "/" + c.more: ""})
			p.want(c.afterMore, args...)
		})
	}
}
