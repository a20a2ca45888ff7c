//go:build linux

package compile_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// What isn't cached, and why. Nothing is written before that is known.
func TestPlain(t *testing.T) {
	thin := []string{"-flto=thin", "-c", "a.c"}
	p := newProject(t, map[string]string{
		"a.c": "int v;\n", "time.c": "int t = sizeof __TIME__;\n", "has.c": "#define H <x.h>\n#if __has_include(H)\n#endif\n",
		"embed.c": "char c[] = {\n#embed \"a.c\"\n};\n", "bad.h": "int d = sizeof __DATE__;\n",
		"includer.c": "#include \"bad.h\"\n", "link.o": "-> elsewhere",
	})
	for _, test := range []struct {
		args   []string
		reason string
	}{
		{[]string{"-c", "a.c"}, "not a ThinLTO compilation"},
		{append(thin, "-newoption"), "-newoption"},
		{append(thin, "-o", "-"), "standard output"},
		{append(thin, "-o", "/dev/null"), "isn't a regular file"},
		{append(thin, "-o", "absent/a.o"), "no folder for absent/a.o"},
		{append(thin, "-o", "a.c"), "named twice"},
		{append(thin, "-MD", "-MF", "a.o"), "named twice"},
		{append(thin, "--target=x86_64-pc-windows-msvc"), "isn't ELF"},
		{[]string{"-flto=thin", "-c", "absent.c"}, "absent.c"},
		{append(thin, "-g", "-gsplit-dwarf", "-o", ".//a.o"), "gets another name"},
		{append(thin, "-g", "-gsplit-dwarf=single", "-gsplit-dwarf"), "in two forms"},
		{append(thin, "-fdiagnostics-format=sarif"), "-fdiagnostics-format=sarif"},
		{[]string{"-flto=thin", "-c", "time.c"}, "not stored: time.c holds __TIME__"},
		{[]string{"-flto=thin", "-c", "includer.c"}, "not stored: bad.h holds __DATE__"},
		{[]string{"-flto=thin", "-c", "has.c"}, "not stored: has.c asks __has_include"},
		{[]string{"-flto=thin", "-c", "-std=c23", "embed.c"}, "not stored: embed.c holds #embed"},
	} {
		p.want(test.reason, test.args...)
		p.want(test.reason, test.args...)
	}
	if _, said := p.cached(append(thin, "-o", "link.o")); !strings.Contains(said, "isn't a regular file") {
		t.Errorf("a link to elsewhere: %s", said)
	}
	p.Env = append(slices.Clone(os.Environ()), "CCC_OVERRIDE_OPTIONS=+-O3")
	if _, said := p.cached(thin); !strings.Contains(said, "CCC_OVERRIDE_OPTIONS") {
		t.Error(said)
	}
}

// A compiler's failure is passed on, and never stored.
func TestFailure(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "#include \"absent.h\"\n", "b.c": "int f( {\n", "b.o": "old", "b.d": "old",
		"b.dia": "old"})
	for range 2 {
		p.want("", "-flto=thin", "-c", "a.c", "-MD")
		p.want("", "-flto=thin", "-c", "b.c", "-MD", "--serialize-diagnostics", "b.dia")
		p.want("", "-flto=thin", "-c", "b.c", "-Werror", "-fcolor-diagnostics")
	}
}
