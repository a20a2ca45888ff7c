//go:build linux

package compile_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Where the compiler looks for headers depends on what is installed, also in
// places that it never speaks of.
func TestInstalledLater(t *testing.T) {
	const old, young = "#define H 1\n", "#define H 2\n"
	tests := map[string]struct {
		args    []string
		files   map[string]string
		install map[string]string
	}{
		"multiarch": {
			args:    []string{"--sysroot=S"},
			files:   map[string]string{"S/usr/include/h.h": old},
			install: map[string]string{"S/usr/include/x86_64-linux-gnu/h.h": young},
		},
		"usr": {
			args:    []string{"--sysroot", "S", "-idirafter", "."},
			files:   map[string]string{"S/x": "", "h.h": old},
			install: map[string]string{"S/usr/include/x86_64-linux-gnu/h.h": young},
		},
		"libc++": {
			args:    []string{"-x", "c++", "-stdlib=libc++", "--sysroot=S"},
			files:   map[string]string{"S/usr/include/h.h": old},
			install: map[string]string{"S/usr/include/c++/v1/h.h": young},
		},
		"libc++, newer": {
			args:    []string{"-x", "c++", "-stdlib=libc++", "--sysroot=S"},
			files:   map[string]string{"S/usr/include/c++/v1/h.h": old},
			install: map[string]string{"S/usr/include/c++/v2/h.h": young},
		},
		"libc++, local": {
			args:    []string{"-x", "c++", "-stdlib=libc++", "--sysroot=S"},
			files:   map[string]string{"S/usr/include/c++/v1/h.h": old, "S/usr/local/x": ""},
			install: map[string]string{"S/usr/local/include/c++/v1/h.h": young},
		},
		"GCC": {
			args:    []string{"-x", "c++", "--sysroot=S"},
			files:   map[string]string{"S/usr/include/h.h": old, "S/usr/lib/gcc/x86_64-linux-gnu/x": ""},
			install: map[string]string{"S/usr/lib/gcc/x86_64-linux-gnu/12/crtbegin.o": "", "S/usr/include/c++/12/h.h": young},
		},
		"GCC, the rest of it": {
			args:    []string{"-x", "c++", "--sysroot=S"},
			files:   map[string]string{"S/usr/include/h.h": old, "S/usr/lib/gcc/x86_64-linux-gnu/12/x": "", "S/usr/include/c++/12/h.h": young},
			install: map[string]string{"S/usr/lib/gcc/x86_64-linux-gnu/12/crtbegin.o": ""},
		},
		"GCC, by toolchain": {
			args:    []string{"-x", "c++", "--gcc-toolchain=G", "-idirafter", "."},
			files:   map[string]string{"G/x": "", "h.h": old},
			install: map[string]string{"G/lib/gcc/x86_64-linux-gnu/12/crtbegin.o": "", "G/include/c++/12/h.h": young},
		},
		"GCC, cross": {
			args:    []string{"-x", "c++", "--target=aarch64-linux-gnu", "--sysroot=S"},
			files:   map[string]string{"S/usr/include/h.h": old, "S/usr/lib/x": ""},
			install: map[string]string{"S/usr/lib/gcc-cross/aarch64-linux-gnu/12/crtbegin.o": "", "S/usr/aarch64-linux-gnu/include/c++/12/h.h": young},
		},
		"unknown target": {
			args:    []string{"-x", "c++", "--target=riscv64-unknown-elf", "--sysroot=S", "-idirafter", "."},
			files:   map[string]string{"S/x": "", "h.h": old},
			install: map[string]string{"S/include/c++/v1/h.h": young},
		},
	}
	all := map[string]string{}
	for name, test := range tests {
		all[name+"/a.c"] = "#include <h.h>\nint v = H; // " + name
		for file, content := range test.files {
			all[name+"/"+file] = content
		}
	}
	p := newProject(t, all)
	root := p.Dir
	time.Sleep(2100 * time.Millisecond) // answers are remembered if nothing was installed in the last two seconds
	for name, test := range tests {
		p.Dir = filepath.Join(root, name)
		p.Chdir(p.Dir)
		args := append(test.args, "-flto=thin", "-c", "a.c")
		before := p.remembered()
		p.want("compiled", args...)
		if remembers := p.remembered() > before; remembers == (name == "unknown target") {
			t.Errorf("%s: remembered: %v", name, remembers)
		}
		p.want("hit", args...)
		p.write(test.install)
		p.want("compiled", args...)
		p.want("hit", args...)
	}
}

// remembered counts the compiler's answers that are kept.
func (p *project) remembered() int {
	p.Helper()
	kept, err := filepath.Glob(filepath.Join(p.StateDir, "search-*"))
	if err != nil {
		p.Fatal(err)
	}
	return len(kept)
}

// A sanitizer leaves out what a list beside the compiler's headers names.
func TestIgnoreListsFound(t *testing.T) {
	lists := []string{"R/share/asan_ignorelist.txt", "R/share/ubsan_ignorelist.txt"}
	p := newProject(t, map[string]string{"a.c": "int f(int *p) { return *p; }\n", "R/include/x.h": ""})
	args := func(deps string) []string {
		return []string{deps, "-flto=thin", "-fsanitize=address,undefined", "-resource-dir=R", "-c", "a.c"}
	}
	each := func(verdict string) {
		for _, deps := range []string{"-MD", "-MMD", "-DNONE"} {
			p.want(verdict, args(deps)...)
		}
	}
	time.Sleep(2100 * time.Millisecond)
	each("compiled")
	each("hit")
	for _, list := range lists {
		for _, content := range []string{"fun:g\n", "fun:f\n"} {
			p.write(map[string]string{list: content})
			each("compiled")
			each("hit")
		}
	}
	if err := os.RemoveAll("R/share"); err != nil {
		t.Fatal(err)
	}
	each("hit")
}
