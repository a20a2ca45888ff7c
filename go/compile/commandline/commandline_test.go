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

// parse reads the line of a ThinLTO compilation that begins with these words.
func parse(t testing.TB, line string, o commandline.Options) *commandline.Invocation {
	t.Helper()
	in, err := commandline.Parse("clang", strings.Fields(line+" -flto=thin -c a.c"), o)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return in
}

// What isn't understood is refused, and why.
func TestRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, map[string]string{"loop": "@loop", "many": strings.Repeat(" -w", 1<<16+1), "rsp": `'-DH=__has_include("q.h")'`})
	const thin = "-flto=thin -c a.c "
	for line, reason := range map[string]string{
		"-c a.c":                               "not a ThinLTO compilation",
		"-flto -c a.c":                         "not a ThinLTO compilation",
		"-flto=thin -c -fno-lto a.c":           "not a ThinLTO compilation",
		"-flto=thin a.c":                       "not a ThinLTO compilation",
		"-flto=thin -c":                        "no source",
		thin + "b.c":                           "several sources",
		thin + "-- -w":                         "several sources",
		"-flto=thin -c -":                      "standard input",
		"-flto=thin -c -x c -":                 "standard input",
		"-flto=thin -c a.i":                    "isn't C or C++",
		"-flto=thin -c a.cppm":                 "isn't C or C++",
		"-flto=thin -c a.s":                    "isn't C or C++",
		"-flto=thin -c -x objective-c a.c":     "-x objective-c",
		thin + "-o":                            "-o has no value",
		thin + "-o -":                          "standard output",
		thin + "-o-":                           "standard output",
		thin + "-MD -MF -":                     "standard output",
		thin + "-MMD -MF-":                     "standard output",
		thin + "-fthin-link-bitcode=-":         "standard output",
		thin + "-Xclang -fthin-link-bitcode=-": "standard output",
		thin + "--serialize-diagnostics -":     "standard output",
		thin + "-ftime-trace=-":                "standard output",
		thin + "-ftime-trace=":                 "standard output",
		thin + "-MT x":                         "without -MD",
		thin + "-MF x":                         "without -MD",
		thin + "-MP":                           "without -MD",
		thin + "-MD -MMD":                      "both -MD and -MMD",
		thin + "-MMD -MD":                      "both -MD and -MMD",
		thin + "-DT=__TIME__":                  "a -D holds __TIME__",
		thin + "-D/*\\ -DT=__TIME__":           "a -D holds __TIME__",
		thin + "-D T=__DATE__":                 "a -D holds __DATE__",
		thin + "-DH=__has_include":             "a -D asks",
		thin + "-D H(x)=__has_include(x)":      "a -D asks",
		thin + "-DH=__has_include(<q.h>)":      "a -D asks for files",
		thin + "@rsp":                          "a -D asks",
		thin + "@absent":                       "response file absent",
		thin + "@loop":                         "nested",
		thin + "@many":                         "more than 65536 arguments",
		thin + "-Wp,-DX,-DT=__TIME__":          "a -D holds __TIME__",
		"-flto=thin -c -x c /dev/null":         "/dev/null isn't a regular file",
		thin + "-include /dev/null":            "/dev/null isn't a regular file",
		thin + "-fprofile-list=/dev/null":      "/dev/null isn't a regular file",
		thin + "@/dev/null":                    "/dev/null isn't a regular file",
		thin + "-g -gsplit-dwarf -o o//a.o":    "gets another name",
		thin + "-gsplit-dwarf=single -g1 -gsplit-dwarf -o a.o":                "in two forms",
		thin + "-gsplit-dwarf=single -gno-split-dwarf -g -gsplit-dwarf=split": "in two forms",
		thin + "-g1 -fsplit-dwarf-inlining -gsplit-dwarf":                     "with -fsplit-dwarf-inlining",
	} {
		if _, err := commandline.Parse("clang", strings.Fields(line), commandline.Options{}); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %v, want %q", line, err, reason)
		}
	}
	if _, err := commandline.Parse("clang", append(strings.Fields(thin), "-DX=1\n#define __TIME__"), commandline.Options{}); err == nil || !strings.Contains(err.Error(), "several lines") {
		t.Errorf("-D of two lines: %v", err)
	}
	for _, option := range []string{
		"-E", "-S", "-M", "-fsyntax-only", "-emit-llvm", "-MG", "-include-pch", "-fmodules", "-fprofile-arcs", "--coverage", "-fprofile-instr-generate",
		"-fcoverage-mapping", "-fplugin=x.so", "-fpass-plugin=x.so", "-Xclang -load", "-mllvm", "-march=native", "-save-temps",
		"-fsave-optimization-record", "-fstack-usage", "-fno-integrated-as", "-fno-integrated-cc1", "-ffat-lto-objects", "-grecord-command-line",
		"-grecord-gcc-switches", "-Wp,-MD,x.d", "-Wa,-x", "-Wa,--fatal-warnings", "-working-directory", "-B", "-v", "-I-", "-MJ",
		"-newoption", "--config=compile_flags.cfg", "-Wp,-MD,x", "-Wp,-DX,-MD,x", "-Wp,-D,X", "-Wp,", "--include-pch", "--includex.h",
		"-fprofile-sample-use", "--sysrootx", "-fms-compatibility", "-fdiagnostics-format=sarif", "-fdiagnostics-absolute-paths", "-fno-ansi-escape-codes", "--std",
	} {
		if _, err := commandline.Parse("clang", strings.Fields(thin+option), commandline.Options{}); err == nil || !strings.Contains(err.Error(), option) {
			t.Errorf("%q: %v", option, err)
		}
	}
}

// Which words matter to what.
func TestWords(t *testing.T) {
	for _, test := range []struct{ line, args, ir, search string }{
		{"-O2", "-O2", "-O2", ""},
		{"-DX -D Y -UZ", "-DX -D Y -UZ", "", ""},
		{"-Iinc -isystem s --sysroot=S -include f.h", "-I inc -isystem s --sysroot=S -include f.h", "", "-I inc -isystem s --sysroot=S"},
		{"-target x86_64-linux-gnu -fPIC -g", "-target x86_64-linux-gnu -fPIC -g", "-target x86_64-linux-gnu -fPIC -g", "-target x86_64-linux-gnu -fPIC"},
		{"-std=c17 -nostdinc", "-std=c17 -nostdinc", "", "-std=c17 -nostdinc"},
		{"--std c17 --include f.h --include=g.h", "--std c17 --include f.h --include=g.h", "", "--std c17"},
		{"--stdlib=libstdc++ -Wp,-DX=1,-UY -W", "--stdlib=libstdc++ -Wp,-DX=1,-UY -W", "--stdlib=libstdc++ -W", "--stdlib=libstdc++"},
		{"-flto-jobs=2 --param x=1", "-flto-jobs=2 --param x=1", "-flto-jobs=2 --param x=1", "-flto-jobs=2 --param x=1"},
		{"-fprofile-use=p -fsanitize-ignorelist=l", "-fprofile-use=p -fsanitize-ignorelist=l", "", ""},
		{"-o x.o -MD -MFx.d -MTx -MP -ftime-trace --serialize-diagnostics x.dia -fthin-link-bitcode=x.thin", "", "", ""},
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
		"":                                      {Object: "a.o"},
		"-oobj/x.y.o -MMD -ftime-trace":         {Object: "obj/x.y.o", Depfile: "obj/x.y.d", Trace: "obj/x.y.json"},
		"-MD -MF x -ftime-trace=folder":         {Object: "a.o", Depfile: "x", Trace: "folder/a.json"},
		"-Xclang -fthin-link-bitcode=x.thin":    {Object: "a.o", ThinLink: "x.thin"},
		"-serialize-diagnostics x.dia":          {Object: "a.o", Diagnostics: "x.dia"},
		"-include f.h -imacrosg.h":              {Object: "a.o", Forced: []string{"f.h", "g.h"}},
		"--include f.h --include=g.h":           {Object: "a.o", Forced: []string{"f.h", "g.h"}},
		"-fprofile-use=folder -fprofile-use":    {Object: "a.o", Read: []string{"folder/default.profdata", "default.profdata"}},
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

// What asks for the depfile, and says what the object is called.
func TestSideArgs(t *testing.T) {
	for line, want := range map[string]string{
		"":                                  "",
		"-MD":                               "-MD -MF F -MQ a.o",
		"-MMD -MTx -MQ y -MP -o b.o":        "-MMD -MF F -MT x -MQ y -MP",
		"-g -gsplit-dwarf -o x.y.o":         "-Xclang -split-dwarf-file -Xclang x.y.dwo",
		"-g -gsplit-dwarf=single":           "-Xclang -split-dwarf-file -Xclang a.o",
		"-gsplit-dwarf":                     "",
		"-g -gsplit-dwarf -g0":              "",
		"-gsplit-dwarf -gno-split-dwarf -g": "",
		"-g -gsplit-dwarf=single -gsplit-dwarf -gno-split-dwarf":            "",
		"-g -gsplit-dwarf -gno-split-dwarf -gsplit-dwarf=split":             "-Xclang -split-dwarf-file -Xclang a.dwo",
		"-g -gsplit-dwarf -fsplit-dwarf-inlining -fno-split-dwarf-inlining": "-Xclang -split-dwarf-file -Xclang a.dwo",
		"-gsplit-dwarf -gline-tables-only -MD":                              "-MD -MF F -MQ a.o -Xclang -split-dwarf-file -Xclang a.dwo",
	} {
		if got := parse(t, line, commandline.Options{}).SideArgs("F"); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

// The object names the working directory in debug information only.
func TestWorkingDir(t *testing.T) {
	for line, want := range map[string]string{
		"": "", "-g0": "", "-g -g0": "", "-g -ffile-compilation-dir=.": "", "-gsplit-dwarf": "",
		"-g": "/work/b", "-gline-directives-only": "/work/b", "-Rpass=.": "/work/b", "-fprofile-sample-use=p": "/work/b",
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

// Only an option's own macros count.
func TestMacros(t *testing.T) {
	for line, want := range map[string][]string{
		"-D__TIME__=1 -D __DATE__=2":                       {"__TIME__", "__DATE__"},
		"-Wp,-D__TIME__=1,-UX":                             {"__TIME__"},
		"-Xlinker -D__TIME__=1 -I -D__DATE__=2 -z -D":      nil,
		"-isystem -D__TIME__=1 --param -D__DATE__=2 -UX":   nil,
		"-target -Wp,-D__TIME__=1 -idirafter -D -D__TIME_": nil,
	} {
		if got := parse(t, line, commandline.Options{}).Macros.Fixed(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func TestEnvironment(t *testing.T) {
	in := parse(t, "", commandline.Options{Env: []string{
		"SOURCE_DATE_EPOCH=", "HOME=/h", "CPATH=", "C_INCLUDE_PATH=b:c", "NO_COLOR=", "CCC_X=", "CLANG_CRASH_DIAGNOSTICS_DIR=d", "LLVM_OVERRIDE_PRODUCER=x",
	}})
	if want := []string{"CPATH=", "C_INCLUDE_PATH=b:c", "LLVM_OVERRIDE_PRODUCER=x", "SOURCE_DATE_EPOCH="}; !slices.Equal(in.Env, want) {
		t.Errorf("%q, want %q", in.Env, want)
	}
	named := []string{"HOME=/h", "TZ=", "CPATH=x", "SHELL=sh"}
	in = parse(t, "", commandline.Options{Env: named, Named: []string{"HOME", "TZ", "CPATH"}})
	if want := []string{"CPATH=x", "HOME=/h", "TZ="}; !slices.Equal(in.Env, want) {
		t.Errorf("%q, want %q", in.Env, want)
	}
	for _, entry := range []string{"CCC_OVERRIDE_OPTIONS=+-O3", "CC_PRINT_HEADERS=1", "LD_PRELOAD=/absent.so", "CLANG_NO_DEFAULT_CONFIG=1", "AS_SECURE_LOG_FILE=x"} {
		name, _, _ := strings.Cut(entry, "=")
		if _, err := commandline.Parse("clang", strings.Fields("-flto=thin -c a.c"), commandline.Options{Env: []string{entry}}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", entry, err)
		}
	}
}
