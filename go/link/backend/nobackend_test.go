package backend

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"thinrex/go/clang"
	"thinrex/go/internal/quick"
)

// source has much of what options of a compilation are about.
const source = `#include <stdio.h>
struct Base { virtual ~Base() {} virtual int f(int x) { return x; } };
struct Derived : Base { int f(int x) override { return x * 3; } };
thread_local int counter = 1;
static const char *names[] = {"a", "b", "c"};
int other(int);
int run(int n) {
  char text[64];
  snprintf(text, sizeof text, "%d %s", n, names[n % 3]);
  asm volatile("nop # %0" ::"r"(n));
  try {
    if (n > 7) throw n;
    Derived d;
    return d.f(text[0]) + other(counter++);
  } catch (int x) {
    return x;
  }
}
double sum(const double *p, int n) { double s = 0; for (int i = 0; i < n; i++) s += p[i] * 2; return s; }
`

// Options of which the table says that they make no difference to a backend make none: the
// objects are equal, with an index and without.
func TestNoBackend(t *testing.T) {
	quick.Skip(t, "runs clang")
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"m.cc": source, "n.cc": "int other(int x) { return x + 1; }\n", "empty.h": "",
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	mustRun(t, "clang++-22", "-O2", "-g", "-flto=thin", "-fPIC", "-c", "m.cc", "n.cc")
	mustRun(t, "ld.lld-22", "-shared", "--thinlto-index-only", "m.o", "n.o", "-o", "out")
	compile := func(index string, options ...string) []byte {
		t.Helper()
		args := append([]string{"-O2", "-c", "-x", "ir", "m.o", "-fthinlto-index=" + index, "-o", "object"}, options...)
		mustRun(t, "clang-22", append(args, "-Wno-unused-command-line-argument")...)
		data, err := os.ReadFile("object")
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	want := compile("m.o.thinlto.bc")
	var all []string
	for o := range clang.Options() {
		if !o.Is(clang.NoBackend) {
			continue
		}
		for _, options := range examples(o) {
			all = append(all, options...)
			if !bytes.Equal(compile("m.o.thinlto.bc", options...), want) {
				t.Errorf("%q makes another object", options)
			}
		}
	}
	if !bytes.Equal(compile(os.DevNull, all...), compile(os.DevNull)) {
		t.Errorf("without an index, one of %q makes another object", all)
	}
	for _, same := range [][]string{
		{"-fpic", "-fPIC", "-fpie", "-fPIE"}, {"-fno-pic", "-fno-PIC", "-fno-pie", "-fno-PIE"},
	} {
		want := compile("m.o.thinlto.bc", same[0])
		for _, option := range same[1:] {
			if !bytes.Equal(compile("m.o.thinlto.bc", option), want) {
				t.Errorf("%s isn't %s", option, same[0])
			}
		}
	}
	if len(all) == 0 {
		t.Error("the table has no such option")
	}
}

// examples returns ways to give an option.
func examples(o clang.Option) (list [][]string) {
	switch o.Name {
	case "-W*":
		return [][]string{{"-Wall"}, {"-Wextra"}, {"-Weverything"}, {"-Wno-unused"}}
	case "-Wp,*":
		return [][]string{{"-Wp,-DX=1"}}
	case "-l*", "-L*":
		return [][]string{{strings.TrimSuffix(o.Name, "*") + "m"}}
	case "-std", "--std":
		return [][]string{{o.Name + "=c++20"}, {o.Name + "=c11"}}
	case "-stdlib", "--stdlib":
		return [][]string{{o.Name + "=libc++"}}
	case "-fdiagnostics-color":
		return [][]string{{o.Name}, {o.Name + "=always"}, {"-fno-diagnostics-color"}}
	}
	value := "empty.h"
	if o.Is(clang.SearchesFolder) {
		value = "."
	}
	if strings.HasSuffix(o.Name, "prefix-map") {
		dir, _ := os.Getwd()
		value = dir + "=/elsewhere"
	}
	for form, args := range map[clang.Form][]string{
		clang.Alone:    {o.Name},
		clang.Equals:   {o.Name + "=" + value},
		clang.Joined:   {o.Name + value},
		clang.Separate: {o.Name, value},
	} {
		if o.Given&form != 0 {
			list = append(list, args)
		}
	}
	if o.Given&clang.No != 0 {
		list = append(list, []string{"-fno-" + strings.TrimPrefix(o.Name, "-f")})
	}
	return list
}

func mustRun(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}
