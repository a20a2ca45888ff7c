//go:build linux

package compile_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// What isn't cached, and why.
func TestPlain(t *testing.T) {
	thin := []string{"-flto=thin", "-c", "a.c"}
	p := newProject(t, map[string]string{
		"a.c": "int v;\n", "b.c": "int w;\n", "a.i": "int v;\n", "a.cppm": "", "a.s": "", "time.c": "int t = sizeof __TIME__;\n",
		"has.c": "#define H <x.h>\n#if __has_include(H)\n#endif\n", "embed.c": "char c[] = {\n#embed \"a.c\"\n};\n", "loop": "@loop",
		"bad.h": "int d = sizeof __DATE__;\n", "includer.c": "#include \"bad.h\"\n", "pre.h": "", "link.o": "-> elsewhere",
		"compile_flags.cfg": "-O2\n",
	})
	for _, test := range []struct {
		args   []string
		reason string
	}{
		{[]string{"-c", "a.c"}, "not a ThinLTO compilation"},
		{[]string{"-flto", "-c", "a.c"}, "not a ThinLTO compilation"},
		{[]string{"-flto=thin", "-c", "-fno-lto", "a.c"}, "not a ThinLTO compilation"},
		{[]string{"-flto=thin", "a.c"}, "not a ThinLTO compilation"},
		{[]string{"-flto=thin", "-c"}, "no source"},
		{append(thin, "b.c"), "several sources"},
		{[]string{"-flto=thin", "-c", "-"}, "standard input"},
		{[]string{"-flto=thin", "-c", "-x", "c", "-"}, "standard input"},
		{[]string{"-flto=thin", "-c", "a.i"}, "isn't C or C++"},
		{[]string{"-flto=thin", "-c", "a.cppm"}, "isn't C or C++"},
		{[]string{"-flto=thin", "-c", "a.s"}, "isn't C or C++"},
		{[]string{"-flto=thin", "-c", "-x", "objective-c", "a.c"}, "-x objective-c"},
		{append(thin, "-E"), "-E"},
		{append(thin, "-S"), "-S"},
		{append(thin, "-M"), "-M"},
		{append(thin, "-fsyntax-only"), "-fsyntax-only"},
		{append(thin, "-emit-llvm"), "-emit-llvm"},
		{append(thin, "-o", "-"), "standard output"},
		{append(thin, "-o", "/dev/null"), "isn't a regular file"},
		{append(thin, "-o", "absent/a.o"), "no folder for absent/a.o"},
		{append(thin, "-o", "a.c"), "named twice"},
		{append(thin, "-MD", "-MF", "a.o"), "named twice"},
		{append(thin, "-MT", "x"), "without -MD"},
		{append(thin, "-MD", "-MG"), "-MG"},
		{append(thin, "-include-pch", "pre.pch"), "-include-pch"},
		{append(thin, "-fmodules"), "-fmodules"},
		{append(thin, "-fprofile-arcs"), "-fprofile-arcs"},
		{append(thin, "--coverage"), "--coverage"},
		{append(thin, "-fprofile-instr-generate"), "-fprofile-instr-generate"},
		{append(thin, "-fcoverage-mapping"), "-fcoverage-mapping"},
		{append(thin, "-fplugin=x.so"), "-fplugin"},
		{append(thin, "-fpass-plugin=x.so"), "-fpass-plugin"},
		{append(thin, "-Xclang", "-load"), "-Xclang -load"},
		{append(thin, "-mllvm", "-stats"), "-mllvm"},
		{append(thin, "-march=native"), "-march=native"},
		{append(thin, "-save-temps"), "-save-temps"},
		{append(thin, "-fsave-optimization-record"), "-fsave-optimization-record"},
		{append(thin, "-fstack-usage"), "-fstack-usage"},
		{append(thin, "-fno-integrated-as"), "-fno-integrated-as"},
		{append(thin, "-fno-integrated-cc1"), "-fno-integrated-cc1"},
		{append(thin, "-grecord-command-line"), "-grecord-command-line"},
		{append(thin, "-Wp,-MD,x.d"), "-Wp,-MD,x.d"},
		{append(thin, "-Wa,-x"), "-Wa,-x"},
		{append(thin, "-working-directory", "/"), "-working-directory"},
		{append(thin, "-B", "/"), "-B"},
		{append(thin, "-v"), "-v"},
		{append(thin, "-I-"), "-I-"},
		{append(thin, "-MJ", "x"), "-MJ"},
		{append(thin, "-newoption"), "-newoption"},
		{append(thin, "-o"), "-o has no value"},
		{append(thin, "--config=compile_flags.cfg"), "--config"},
		{append(thin, "--target=x86_64-pc-windows-msvc"), "isn't ELF"},
		{append(thin, "@absent"), "absent"},
		{append(thin, "@loop"), "nested"},
		{[]string{"-flto=thin", "-c", "absent.c"}, "absent.c"},
		{[]string{"-flto=thin", "-c", "time.c"}, "not stored: time.c holds __TIME__"},
		{[]string{"-flto=thin", "-c", "includer.c"}, "not stored: bad.h holds __DATE__"},
		{[]string{"-flto=thin", "-c", "has.c"}, "not stored: has.c asks __has_include"},
		{[]string{"-flto=thin", "-c", "-std=c23", "embed.c"}, "not stored: embed.c holds #embed"},
	} {
		p.want(test.reason, test.args...)
		p.want(test.reason, test.args...)
	}
	for _, entry := range []string{"CCC_OVERRIDE_OPTIONS=+-O3", "CC_PRINT_HEADERS=1", "LD_PRELOAD=/absent.so", "CLANG_NO_DEFAULT_CONFIG=1"} {
		p.Env = append(slices.Clone(os.Environ()), entry)
		if _, said := p.cached(thin); said == "compiled" {
			t.Errorf("%s: %s", entry, said)
		}
	}
	p.Env = os.Environ()
	if _, said := p.cached(append(thin, "-o", "link.o")); !strings.Contains(said, "isn't a regular file") {
		t.Errorf("a link to elsewhere: %s", said)
	}
}

// A compiler's failure is passed on, and never stored.
func TestFailure(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "#include \"absent.h\"\n", "b.c": "int f( {\n", "b.o": "old", "b.d": "old", "b.dia": "old"})
	for range 2 {
		p.want("", "-flto=thin", "-c", "a.c", "-MD")
		p.want("", "-flto=thin", "-c", "b.c", "-MD", "--serialize-diagnostics", "b.dia")
		p.want("", "-flto=thin", "-c", "b.c", "-Werror", "-fcolor-diagnostics")
	}
}
