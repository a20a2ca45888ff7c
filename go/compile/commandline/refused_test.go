package commandline_test

import (
	"strings"
	"testing"

	"thinrex/go/compile/commandline"
)

// wantRefused parses a command, which must be refused for a reason.
func wantRefused(t *testing.T, args []string, o commandline.Options, reason string) {
	t.Helper()
	if _, err := commandline.Parse("clang", args, o); err == nil || !strings.Contains(err.Error(), reason) {
		t.Errorf("%q: %v, want %q", args, err, reason)
	}
}

// A command that isn't one known ThinLTO compilation is refused, and the reason says why.
func TestRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, map[string]string{
		"loop": "@loop",
		"many": strings.Repeat(" -w", 1<<16+1),
		"rsp":  `'-DH=__has_include("q.h")'`,
	})
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
		"-flto=thin -o app main.o libtext.so":  "main.o is an object or a library",
		"-flto=thin -c -x c /dev/null":         "/dev/null isn't a regular file",
		thin + "-include /dev/null":            "/dev/null isn't a regular file",
		thin + "-fprofile-list=/dev/null":      "/dev/null isn't a regular file",
		thin + "@/dev/null":                    "/dev/null isn't a regular file",
		thin + "-g -gsplit-dwarf -o o//a.o":    "gets another name",
		thin + "-gsplit-dwarf=single -g1 -gsplit-dwarf -o a.o":                "in two forms",
		thin + "-gsplit-dwarf=single -gno-split-dwarf -g -gsplit-dwarf=split": "in two forms",
		thin + "-g1 -fsplit-dwarf-inlining -gsplit-dwarf":                     "with -fsplit-dwarf-inlining",
		thin + "-ffat-lto-objects -g -gsplit-dwarf":                           "a .dwo that thinrex doesn't keep",
		thin + "-ffat-lto-objects -g -gsplit-dwarf=single":                    "a .dwo that thinrex doesn't keep",
		thin + "-ffat-lto-objects -fthin-link-bitcode=t":                      "doesn't write the file",
		thin + "-fstack-usage -ffat-lto-objects":                              "a file that thinrex doesn't keep",
		thin + "-fpseudo-probe-for-profiling -ffat-lto-objects":               "in an order that differs each time",
		thin + "-fsave-optimization-record=bitstream -ffat-lto-objects":       "the absolute path of a.opt.bitstream",
		thin + "-foptimization-record-file=-":                                 "standard output",
		thin + "-foptimization-record-file=":                                  "standard output",
	} {
		wantRefused(t, strings.Fields(line), commandline.Options{}, reason)
	}
	macro := "-DX=1\n#define __TIME__"
	wantRefused(t, append(strings.Fields(thin), macro), commandline.Options{}, "several lines")
	for _, option := range []string{
		"-E", "-S", "-M", "-fsyntax-only", "-emit-llvm", "-MG", "-include-pch", "-fmodules", "-fprofile-arcs",
		"--coverage", "-ftest-coverage", "-fplugin=x.so", "-fpass-plugin=x.so",
		"-Xclang -load", "-mllvm", "-march=native", "-save-temps", "-fsave-optimization-record=other",
		"-fno-integrated-as", "-fno-integrated-cc1", "-gen-reproducer",
		"-grecord-command-line", "-grecord-gcc-switches", "-Wp,-MD,x.d", "-Wa,-x", "-Wa,--fatal-warnings",
		"-working-directory", "-B", "-v", "-I-", "-MJ", "-newoption", "--config=compile_flags.cfg",
		"-Wp,-MD,x", "-Wp,-DX,-MD,x", "-Wp,-D,X", "-Wp,", "--include-pch", "--includex.h",
		"-fprofile-sample-use", "--sysrootx", "-fms-compatibility", "-fdiagnostics-format=sarif",
		"-fdiagnostics-absolute-paths", "-fno-ansi-escape-codes", "--std",
	} {
		wantRefused(t, strings.Fields(thin+option), commandline.Options{}, option)
	}
}

// A launcher in the place of the compiler is named, because its compiler looks like a
// source.
func TestLauncherIsNamed(t *testing.T) {
	for program, reason := range map[string]string{
		"/usr/bin/ccache": "clang++-22 isn't C or C++ by its name (if it is a compiler, run it without ccache)",
		"env":             "clang++-22 isn't C or C++ by its name (if it is a compiler, run it without env)",
	} {
		args := strings.Fields("clang++-22 -O2 -flto=thin -c a.cc")
		if _, err := commandline.Parse(program, args, commandline.Options{}); err == nil || err.Error() != reason {
			t.Errorf("%s: %v, want %s", program, err, reason)
		}
	}
}
