//go:build linux

package compile_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What the driver makes of what is installed decides on objects and messages. S is
// a root, G a toolchain; install and remove change them after a compilation.
func TestDriverFindsAnother(t *testing.T) {
	const atomic = "int bump(int *p) { return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }\n"
	for name, test := range map[string]struct {
		args    string
		files   string
		install string
		remove  string
	}{
		"libgcc in a root": {args: "--target=aarch64-linux-gnu --sysroot=S -O2",
			files:   "S/usr/lib/gcc-cross/aarch64-linux-gnu/8/crtbegin.o",
			install: "S/usr/lib/gcc-cross/aarch64-linux-gnu/12/crtbegin.o"},
		"libgcc is removed": {args: "--target=aarch64-linux-gnu --gcc-toolchain=G",
			files:  "G/lib/gcc/aarch64-linux-gnu/9.2.0/crtbegin.o G/lib/gcc/aarch64-linux-gnu/10.2.0/crtbegin.o",
			remove: "G/lib/gcc/aarch64-linux-gnu/10.2.0/crtbegin.o"},
		"the first libgcc": {args: "--target=aarch64-linux-gnu --sysroot=S", files: "S/usr/lib/x",
			install: "S/usr/lib/gcc/aarch64-linux-gnu/12/crtbegin.o"},
		"a warning": {args: "-x c++ --sysroot=S",
			files: "S/usr/lib/gcc/x86_64-linux-gnu/12/crtbegin.o S/usr/lib/gcc/x86_64-linux-gnu/13/crtbegin.o" +
				" S/usr/include/x",
			install: "S/usr/include/c++/12/x"},
		"in debug information": {args: "--target=aarch64-linux-gnu --gcc-toolchain=G -g -MD",
			files:   "G/lib/gcc/aarch64-linux-gnu/9.2.0/crtbegin.o",
			install: "G/lib/gcc/aarch64-linux-gnu/9.4.0/crtbegin.o"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, map[string]string{"a.c": atomic})
			p.write(empty(test.files))
			// An answer is only remembered if nothing was installed just before.
			settle()
			args := append(strings.Fields(test.args), "-nostdinc", "-flto=thin", "-c", "a.c") // no folders of headers tell of it
			p.want("compiled", args...)
			p.want("hit", args...)
			if p.remembered() != 1 {
				t.Errorf("%d answers are remembered", p.remembered())
			}
			before := p.plain(args)
			if test.remove != "" {
				if err := os.RemoveAll(filepath.Dir(test.remove)); err != nil {
					t.Fatal(err)
				}
			}
			p.write(empty(test.install))
			if after := p.plain(args); after.files["a.o"] == before.files["a.o"] && after.stderr == before.stderr {
				t.Fatal("the compiler makes the same of it: the test is worth nothing")
			}
			p.want("compiled", args...)
			p.want("hit", args...)
		})
	}
}

// On Gentoo a file's text says which GCC is used. It is written over in its place,
// which the folder doesn't tell.
func TestDriverFollowsTextOfFile(t *testing.T) {
	const target, choice = "aarch64-linux-gnu", "S/etc/env.d/gcc/config-aarch64-linux-gnu"
	files := empty("S/usr/include/x")
	for _, version := range []string{"8.1.0", "13.2.0"} {
		files["S/usr/lib/gcc/"+target+"/"+version+"/crtbegin.o"] = ""
		files["S/etc/env.d/gcc/"+target+"-"+version] = "LDPATH=\"/usr/lib/gcc/" + target + "/" + version + "\"\n"
	}
	files[choice] = "CURRENT=" + target + "-8.1.0\n"
	files["a.c"] = "int bump(int *p) { return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }\n"
	p := newProject(t, files)
	settle() // an answer is only remembered if nothing was installed just before
	args := strings.Fields("--target=" + target + " --sysroot=S -nostdinc -flto=thin -c a.c")
	p.want("compiled", args...)
	p.want("hit", args...)
	if p.remembered() != 1 {
		t.Errorf("%d answers are remembered", p.remembered())
	}
	before := p.plain(args)
	p.write(map[string]string{choice: "CURRENT=" + target + "-13.2.0\n"})
	if after := p.plain(args); after.files["a.o"] == before.files["a.o"] {
		t.Fatal("the compiler makes the same of it: the test is worth nothing")
	}
	p.want("compiled", args...)
	p.want("hit", args...)
}

func empty(names string) map[string]string {
	files := map[string]string{}
	for name := range strings.FieldsSeq(names) {
		files[name] = ""
	}
	return files
}

// With IR keys, too, an upgrade of GCC leads to another result.
func TestDriverBehindIR(t *testing.T) {
	p := newProject(t, map[string]string{
		"a.c": "int f(int x) { return x * 3; }\n", "G/lib/gcc/aarch64-linux-gnu/9.2.0/crtbegin.o": "",
	})
	p.Keys = "both"
	time.Sleep(2100 * time.Millisecond)
	args := []string{"--target=aarch64-linux-gnu", "--gcc-toolchain=G", "-nostdinc", "-O2", "-flto=thin", "-c", "a.c"}
	if _, said := p.cached(args); said != "compiled" {
		t.Fatal(said)
	}
	p.write(map[string]string{"G/lib/gcc/aarch64-linux-gnu/10.2.0/crtbegin.o": ""})
	if _, said := p.cached(args); said != "compiled" {
		t.Errorf("after an upgrade of GCC: %s", said)
	}
}

// One answer serves all sources that are compiled alike, whatever their names,
// macros and outputs.
func TestDriverIsAskedOnce(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "int v = V;\n", "b.c": "int w = V;\n", "f.h": "#define F\n", "o/x": ""})
	for _, args := range []string{
		"-DV=1 -O2 -flto=thin -c a.c", "-DV=2 -DW -UX -O2 -flto=thin -c a.c -o o/a.o",
		"-D V=3 -O2 -include f.h -flto=thin -c b.c",
		"-Wp,-DV=4 -O2 -flto=thin -MD -MF o/d -c b.c -o o/b.o",
	} {
		p.want("compiled", strings.Fields(args)...)
		p.want("hit", strings.Fields(args)...)
	}
	if n := p.remembered(); n != 1 {
		t.Errorf("%d answers are remembered", n)
	}
	p.want("compiled", strings.Fields("-DV=1 -O3 -flto=thin -c a.c")...)
	if n := p.remembered(); n != 2 {
		t.Errorf("%d answers are remembered for two levels of optimisation", n)
	}
}

// A configuration file that appears beside the compiler, for all targets or for
// one, is noticed though the compiler's answer was remembered.
func TestConfigurationFileAppears(t *testing.T) {
	for _, name := range []string{"clang.cfg", "x86_64-pc-linux-gnu.cfg", "x86_64-pc-linux-gnu-clang.cfg"} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, map[string]string{"a.c": "int v = sizeof(int);\n", "tc/bin/x": ""})
			path, err := exec.LookPath(compiler)
			if err != nil {
				t.Fatal(err)
			}
			if path, err = filepath.EvalSymlinks(path); err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(filepath.Join(filepath.Dir(path), "../lib"), "tc/lib"); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile("tc/bin/clang", data, 0o755); err != nil {
				t.Fatal(err)
			}
			p.compiler = filepath.Join(p.Dir, "tc/bin/clang")
			time.Sleep(2100 * time.Millisecond)
			args := []string{"-flto=thin", "-c", "a.c"}
			p.want("compiled", args...)
			p.want("hit", args...)
			if n := p.remembered(); n != 1 {
				t.Fatalf("%d answers are remembered", n)
			}
			p.write(map[string]string{"tc/bin/" + name: "-fshort-enums -O1\n"})
			p.want("the compiler reads a configuration file", args...)
			if err := os.Remove("tc/bin/" + name); err != nil {
				t.Fatal(err)
			}
			p.want("hit", args...)
		})
	}
}

// A launcher isn't cached, be it a script or a program, and whatever it is called.
func TestLauncherIsNotCached(t *testing.T) {
	p := newProject(t, map[string]string{
		"a.c": "int v;\n", "script": "#!/bin/sh\nexec clang-22 \"$@\"\n",
		"exec.c": "#include <unistd.h>\nint main(int n, char **args) { return execvp(\"clang-22\", args); }\n",
	})
	if out, err := exec.Command(compiler, "exec.c", "-o", "exec").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	for _, link := range []string{"clang-22", "clang"} { // as ccache is called
		if err := os.Symlink("exec", link); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod("script", 0o755); err != nil {
		t.Fatal(err)
	}
	for name, reason := range map[string]string{
		"exec":         "isn't a clang itself, but may start one",
		"clang-22":     "isn't a clang itself, but may start one",
		"clang":        "isn't a clang itself, but may start one",
		"script":       "is a script",
		"/usr/bin/env": "doesn't print where it looks for headers",
	} {
		if p.compiler = name; !filepath.IsAbs(name) {
			p.compiler = filepath.Join(p.Dir, name)
		}
		for range 2 {
			if _, said := p.cached([]string{"-flto=thin", "-c", "a.c"}); !strings.Contains(said, reason) {
				t.Errorf("%s: %q, want %q", name, said, reason)
			}
		}
	}
}
