package commandline_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"thinrex/go/compile/commandline"
)

func write(t testing.TB, files map[string]string) {
	t.Helper()
	for name, content := range files {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// parse parses the command of a ThinLTO compilation that begins with a line.
func parse(t testing.TB, line string, o commandline.Options) *commandline.Invocation {
	t.Helper()
	in, err := commandline.Parse("clang", strings.Fields(line+" -flto=thin -c a.c"), o)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return in
}

// Each argument is passed on to the parts of a compilation that depend on it.
func TestWhichArgumentsMatter(t *testing.T) {
	for _, test := range []struct{ line, args, ir, search string }{
		{"-O2", "-O2", "-O2", ""},
		{"-DX -D Y -UZ", "-DX -D Y -UZ", "", ""},
		{
			"-Iinc -isystem s --sysroot=S -include f.h",
			"-I inc -isystem s --sysroot=S -include f.h",
			"",
			"-I inc -isystem s --sysroot=S",
		},
		{
			"-target x86_64-linux-gnu -fPIC -g",
			"-target x86_64-linux-gnu -fPIC -g",
			"-target x86_64-linux-gnu -fPIC -g",
			"-target x86_64-linux-gnu -fPIC",
		},
		{"-std=c17 -nostdinc", "-std=c17 -nostdinc", "", "-std=c17 -nostdinc"},
		{"--std c17 --include f.h --include=g.h", "--std c17 --include f.h --include=g.h", "", "--std c17"},
		{
			"--stdlib=libstdc++ -Wp,-DX=1,-UY -W",
			"--stdlib=libstdc++ -Wp,-DX=1,-UY -W",
			"--stdlib=libstdc++ -W",
			"--stdlib=libstdc++",
		},
		{
			"-flto-jobs=2 --param x=1",
			"-flto-jobs=2 --param x=1",
			"-flto-jobs=2 --param x=1",
			"-flto-jobs=2 --param x=1",
		},
		{"-fprofile-use=p -fsanitize-ignorelist=l", "-fprofile-use=p -fsanitize-ignorelist=l", "", ""},
		{
			"-o x.o -MD -MFx.d -MTx -MP -ftime-trace --serialize-diagnostics x.dia -fthin-link-bitcode=x.thin",
			"",
			"",
			"",
		},
	} {
		in := parse(t, test.line, commandline.Options{})
		if got, want := in.Args, strings.Fields(test.args+" -flto=thin -c a.c"); !slices.Equal(got, want) {
			t.Errorf("%s: arguments %q, want %q", test.line, got, want)
		}
		if got, want := in.IRArgs, strings.Fields(test.ir+" -flto=thin -c"); !slices.Equal(got, want) {
			t.Errorf("%s: of IR %q, want %q", test.line, got, want)
		}
		if got, want := in.SearchArgs, strings.Fields(test.search+" -flto=thin -x c"); !slices.Equal(got, want) {
			t.Errorf("%s: of the search %q, want %q", test.line, got, want)
		}
	}
}

// The names of files, given or by default.
func TestFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]commandline.Invocation{
		"":                                   {Object: "a.o"},
		"-oobj/x.y.o -MMD -ftime-trace":      {Object: "obj/x.y.o", Depfile: "obj/x.y.d", Trace: "obj/x.y.json"},
		"-MD -MF x -ftime-trace=folder":      {Object: "a.o", Depfile: "x", Trace: "folder/a.json"},
		"-Xclang -fthin-link-bitcode=x.thin": {Object: "a.o", ThinLink: "x.thin"},
		"-serialize-diagnostics x.dia":       {Object: "a.o", Diagnostics: "x.dia"},
		"-include f.h -imacrosg.h":           {Object: "a.o", Forced: []string{"f.h", "g.h"}},
		"--include f.h --include=g.h":        {Object: "a.o", Forced: []string{"f.h", "g.h"}},
		"-fprofile-use=folder -fprofile-use": {
			Object: "a.o",
			Read:   []string{"folder/default.profdata", "default.profdata"},
		},
		"-fsanitize-ignorelist=l -gno-pubnames": {Object: "a.o", Read: []string{"l"}},
	} {
		in := parse(t, line, commandline.Options{})
		got := []string{in.Source, in.Object, in.Depfile, in.ThinLink, in.Diagnostics, in.Trace}
		if !slices.Equal(got, []string{"a.c", want.Object, want.Depfile, want.ThinLink, want.Diagnostics, want.Trace}) {
			t.Errorf("%s: %q", line, got)
		}
		if !slices.Equal(in.Forced, want.Forced) || !slices.Equal(in.Read, want.Read) {
			t.Errorf("%s: reads %q and %q", line, in.Forced, in.Read)
		}
	}
}

// Messages have colours if an option says so, or else those of the terminal.
func TestColours(t *testing.T) {
	for line, want := range map[string][2]string{
		"":                       {"-flto=thin", "-fcolor-diagnostics"},
		"-fno-color-diagnostics": {"-fno-color-diagnostics", "-fno-color-diagnostics"},
		"-fcolor-diagnostics -fdiagnostics-color=auto": {"-flto=thin", "-fcolor-diagnostics"},
	} {
		for i, colour := range []bool{false, true} {
			in := parse(t, line, commandline.Options{Colour: colour})
			if in.Args[0] != want[i] || in.Args[0] != in.KeyArgs[0] {
				t.Errorf("%q, %v: %q", line, colour, in.Args)
			}
		}
	}
}

// The object names the working directory in debug information only.
func TestWorkingDir(t *testing.T) {
	for line, want := range map[string]string{
		"": "", "-g0": "", "-g -g0": "", "-g -ffile-compilation-dir=.": "", "-gsplit-dwarf": "",
		"-g": "/work/b", "-gline-directives-only": "/work/b", "-Rpass=.": "/work/b",
		"-fprofile-sample-use=p":                                  "/work/b",
		"-g -fdebug-prefix-map=/work=/src":                        "/src/b",
		"-g -ffile-prefix-map=/work=/x -ffile-prefix-map=/work=.": "./b",
		"-g -fmacro-prefix-map=/work=/src":                        "/work/b",
	} {
		got, named := parse(t, line, commandline.Options{Dir: "/work/b"}).WorkingDir()
		if got != want || named != (want != "") {
			t.Errorf("%s: %q %v, want %q", line, got, named, want)
		}
	}
}

func TestTwoSteps(t *testing.T) {
	for line, want := range map[string]bool{
		"-O2 -Wall -g -MD -fthin-link-bitcode=x -fPIC -gsplit-dwarf": true,
		"-fsanitize=address":        false,
		"-fno-sanitize=address":     false,
		"-Rpass=inline":             false,
		"-gsplit-dwarf=single":      false,
		"-ftime-trace":              false,
		"--serialize-diagnostics x": false,
		"-fprofile-use=p":           false,
		"-fxray-instrument":         false,
	} {
		if got := parse(t, line, commandline.Options{}).TwoSteps(); got != want {
			t.Errorf("%s: %v", line, got)
		}
	}
}

// How the compiler is called decides how it reads its arguments.
func TestPrograms(t *testing.T) {
	for _, test := range []struct{ program, source, language, reason string }{
		{"clang", "a.c", "c", ""},
		{"/usr/bin/aarch64-linux-gnu-clang", "a.c", "c", ""},
		{"x86_64-linux-gnu-clang++-22", "a.c", "c++", ""},
		{"clang", "a.cxx", "c++", ""},
		{"cc", "a.C", "c++", ""},
		{"./clang", "a.c", "c", ""},
		{"./clang", "-no-canonical-prefixes a.c", "", "calls its headers"},
		{"clang-cl", "a.c", "", "in another way"},
		{"clang-cpp-22", "a.c", "", "in another way"},
	} {
		in, err := commandline.Parse(test.program, strings.Fields("-flto=thin -c "+test.source), commandline.Options{})
		switch {
		case test.reason != "":
			if err == nil || !strings.Contains(err.Error(), test.reason) {
				t.Errorf("%s: %v", test.program, err)
			}
		case err != nil:
			t.Errorf("%s: %v", test.program, err)
		case in.SearchArgs[len(in.SearchArgs)-1] != test.language:
			t.Errorf("%s: %q", test.program, in.SearchArgs)
		}
	}
}
