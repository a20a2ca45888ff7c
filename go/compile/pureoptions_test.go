//go:build linux

package compile_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

var counted = map[string]string{
	"a.cc": "#include \"h.h\"\nextern \"C\" double sin(double);\n" +
		"int sum(const s *x, int n) { int r = 0; for (int i = 0; i < n; i++) r += square(x[i].a); return r; }\n" +
		"int main(int n, char **) { s x{n}; return sum(&x, 1) + sin(0.259); }\n",
	"h.h":      "struct s { int a; };\nstatic int square(int x) { return x * x; }\n",
	"sub/.dir": "",
}

// Options for profiles, records and fat objects give the compiler's own outputs, on a
// miss and on a hit. A command whose output would differ misses, and one that only
// names its outputs differently hits.
func TestProfilesRecordsAndFatObjects(t *testing.T) {
	const record, fat = "-fsave-optimization-record", "-ffat-lto-objects"
	for _, test := range []struct{ options, changed, same string }{
		{fat, "-fno-fat-lto-objects", "-o sub/b.o"},
		{fat + " -g", fat + " -g -fPIC", "-o b"},
		{fat + " -ffunction-sections -g -gz -fdebug-types-section", fat + " -g", ""},
		{fat + " -fopenmp -fstack-protector-strong -fsanitize=undefined", fat, ""},
		{"-floop-interchange", "-fno-loop-interchange", "-o b.o"},

		{record, "", "-o sub/b.x.o"},
		{record, "-foptimization-record-passes=inline", "-foptimization-record-file=sub/r"},
		{record + " -o b", record + "=bitstream -o b", "-foptimization-record-file=x.opt.yaml"},
		{record + "=bitstream", record + "=yaml", "-foptimization-record-file=x.yaml"},
		{record + " -g -gsplit-dwarf -o x.y.o", record + " -g -o x.y.o", ""},
		{record + " -gsplit-dwarf", record + " -gsplit-dwarf=single -g1", ""},
		{record + " -gsplit-dwarf -gline-directives-only", record + " -gsplit-dwarf -g0", ""},
		{record + " -fdiagnostics-show-hotness", record + " -O0", ""},
		{record + "=bitstream -fno-save-optimization-record", record, "-o b.o"},
		{"-fno-save-optimization-record -foptimization-record-passes=inline", record, "-foptimization-record-file=r"},
		{fat + " " + record, fat, "-o b.o"},
		{record + " -fopenmp -MMD -ftime-trace --serialize-diagnostics a.dia", record + " -fopenmp", ""},

		{"-fprofile-generate", "-fprofile-generate=/profiles", "-o b.o"},
		{"-fprofile-generate=sub", "-fprofile-generate=sub/", ""},
		{"-fprofile-generate -ftemporal-profile", "-fprofile-generate -fprofile-update=atomic", ""},
		{"-fprofile-generate -fprofile-function-groups=2 -fprofile-selected-function-group=1",
			"-fprofile-generate -fprofile-function-groups=2 -fprofile-selected-function-group=0", ""},
		{"-fprofile-generate -fprofile-continuous", "-fprofile-generate -fno-profile-generate", ""},
		{"-fprofile-generate-cold-function-coverage=sub", "-fprofile-generate-cold-function-coverage", ""},
		{"-fcs-profile-generate", "-fcs-profile-generate=sub", "-o b.o"},
		{"-fmemory-profile -g", "-fmemory-profile=sub -g", "-o b.o"},
		{"-fmemory-profile -fno-memory-profile", "-fmemory-profile", ""},
		{"-fprofile-instr-generate", "-fprofile-instr-generate=sub/x.profraw", "-o b.o"},
		{"-fprofile-instr-generate -fcoverage-mapping", "-fprofile-instr-generate -fcoverage-mapping -fcoverage-mcdc", ""},

		{"-fcrash-diagnostics-dir=sub", "-O0", "-fcrash-diagnostics-dir=/elsewhere"},
		{"-fno-crash-diagnostics", "-O0", "-fcrash-diagnostics"},
	} {
		t.Run(test.options, func(t *testing.T) {
			p := newProject(t, counted)
			p.compiler = "clang++-22"
			args := func(options string) []string {
				return append([]string{"-O2", "-Wall", "-flto=thin", "-c", "a.cc"}, strings.Fields(options)...)
			}
			p.want("compiled", args(test.options)...)
			p.want("hit", args(test.options)...)
			p.want("hit", args(test.options+" "+test.same)...)
			p.want("compiled", args(test.changed)...)
			p.want("hit", args(test.options)...)
			p.write(map[string]string{"h.h": counted["h.h"] + "//\n"})
			p.want("compiled", args(test.options)...)
		})
	}
}

// Without -o, clang names the record by less of the source's name than the object.
func TestRecordWithoutObjectName(t *testing.T) {
	p := newProject(t, map[string]string{"a.b.c": "int f(void) { return 1; }\n"})
	p.want("compiled", "-O2", "-flto=thin", "-c", "a.b.c", "-fsave-optimization-record")
	p.want("hit", "-O2", "-flto=thin", "-c", "a.b.c", "-fsave-optimization-record")
}

// A record, a map of counters or a module for -fstack-usage names the working directory,
// unless an option does.
func TestRecordsAndMapsNameTheFolder(t *testing.T) {
	for _, test := range []struct{ options, then string }{
		{"-fsave-optimization-record", "compiled"},
		{"-fsave-optimization-record -fdebug-compilation-dir=.", "hit"},
		{"-fprofile-instr-generate -fcoverage-mapping", "compiled"},
		{"-fprofile-instr-generate -fcoverage-mapping -fdebug-compilation-dir=.", "compiled"},
		{"-fprofile-instr-generate -fcoverage-mapping -ffile-compilation-dir=.", "hit"},
		{"-fprofile-instr-generate -fcoverage-mapping -fcoverage-compilation-dir=.", "hit"},
		{"-fprofile-instr-generate -fcoverage-mapping -g -fcoverage-compilation-dir=.", "compiled"},
		{"-fstack-usage", "compiled"},
		{"-fstack-usage -ffile-compilation-dir=.", "hit"},
		{"-fprofile-generate", "hit"},
		{"-ffat-lto-objects", "hit"},
		{"-ffat-lto-objects -g -ffile-compilation-dir=.", "hit"},
	} {
		t.Run(test.options, func(t *testing.T) {
			p := newProject(t, counted)
			args := append(strings.Fields(test.options), "-O2", "-flto=thin", "-c", "a.cc")
			p.want("compiled", args...)
			p.enter(counted)
			p.want(test.then, args...)
		})
	}
}

// A record that can't be written, or whose place is another output's, is the compiler's
// affair.
func TestPlacesOfRecords(t *testing.T) {
	for place, verdict := range map[string]string{
		"sub":            "sub isn't a regular file",
		"absent/r.yaml":  "no folder for absent/r.yaml",
		"a.o":            "a.o is named twice",
		"h.h":            "compiled", // as clang overwrites it
		"sub/r.opt.yaml": "compiled",
	} {
		p := newProject(t, counted)
		p.want(verdict, "-O2", "-flto=thin", "-c", "a.cc", "-foptimization-record-file="+place)
	}
}

// With -ffat-lto-objects the compiler assembles functions, too. What they read is in no
// depfile.
func TestFatObjectsWithAssembly(t *testing.T) {
	for source, verdict := range map[string]string{
		"void f(void) { __asm__(\".incbin \\\"data\\\"\"); }\n": "its assembly reads data",
		"void f(void) { __asm__(\"nop\"); }\n":                  "compiled",
		"__asm__(\".incbin \\\"data\\\"\");\n":                  "its assembly reads data",
	} {
		p := newProject(t, map[string]string{"a.c": source, "data": "data\n"})
		p.want(verdict, "-O2", "-flto=thin", "-ffat-lto-objects", "-c", "a.c")
	}
}

// A compiler that crashes runs once more, and only then leaves a report.
func TestCrashReports(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "#pragma clang __debug crash\n"})
	reports := t.TempDir()
	t.Setenv("TMPDIR", reports)
	p.Env = os.Environ()
	if _, verdict := p.cached([]string{"-flto=thin", "-c", "a.c"}); !strings.Contains(verdict, "runs once more") {
		t.Errorf("%q, want a second run", verdict)
	}
	left, err := os.ReadDir(reports)
	if err != nil {
		t.Fatal(err)
	}
	left = slices.DeleteFunc(left, func(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), "thinrex") })
	if len(left) > 0 {
		t.Errorf("the run that isn't delivered left %v", left)
	}
}
