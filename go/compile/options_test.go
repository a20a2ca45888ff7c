//go:build linux

package compile_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Options that ordinary builds have: each gives the compiler's own outputs and
// words, cold and hit.
func TestOptions(t *testing.T) {
	p := newProject(t, map[string]string{
		"a.c": "#include \"h.h\"\nint f(struct s *x) { int unused; for (int i = 0; i < x->a; i++) x->a += i; return " +
			"x->a; }\n",
		"h.h": "struct s { int a; };\n", "a.rsp": "-DX '' \"\" -DY\n",
	})
	thin := []string{"-Wall", "-O2", "-flto=thin", "-c", "a.c"}
	for _, options := range []string{
		"-obuilt.o",
		"-fopenmp",
		"-fopenmp-simd",
		"-Wa,--noexecstack",
		"-pg",
		"-fno-ident",
		"-ftemplate-depth-100",
		"-ftemplate-depth=100 -x c++",
		"-fexec-charset=UTF-8 -finput-charset=UTF-8",
		"-frandom-seed=a.o",
		"-fno-fat-lto-objects",
		"-nostdinc",
		"-nostdinc -Iabsent",
		"-nostdinc -iquote .",
		"@a.rsp",
		"-g -gsplit-dwarf",
		"-g -gsplit-dwarf -o b",
		"-g -gsplit-dwarf=single",
		"-g -gsplit-dwarf=single -o x.y.o",
		"-gsplit-dwarf",
		"-gsplit-dwarf -g0",
		"-gsplit-dwarf -gline-tables-only",
		"-gsplit-dwarf=single -gline-directives-only",
		"-Rpass=. -gsplit-dwarf",
		"-W",
		"-ftls-model=initial-exec",
		"-mfpmath=sse",
		"-mrecip=none",
		"-fassociative-math -fno-signed-zeros -fno-trapping-math",
		"-fno-associative-math",
		"-faligned-new -x c++",
		"-fno-aligned-new -x c++",
		"-faligned-new=8 -x c++",
		"-ftree-vectorize",
		"-fno-tree-slp-vectorize",
		"-fasm-blocks",
		"-ffile-reproducible",
		"-fprofile-update=atomic",
		"--param ssp-buffer-size=4 -fstack-protector",
		"--param=nothing=1",
		"-fno-ms-compatibility",
		"-g -flimit-debug-info",
		"-g -fno-limit-debug-info",
		"-fansi-escape-codes -fcolor-diagnostics",
		"-Wp,-D_FORTIFY_SOURCE=2,-UX",
		"-fno-modules",
		"-fuse-linker-plugin",
		"-flto-jobs=2",
		"--std c17",
		"-fthinlto-distributor=/absent -Xthinlto-distributor=--jobs=2",
		"-fdiagnostics-parseable-fixits -fdiagnostics-print-source-range-info -fbracket-depth=99 -ftabstop=3",
		"-fsafe-buffer-usage-suggestions -fmax-tokens=1 -Wmax-tokens -Wunsafe-buffer-usage -x c++",
		"-fstack-usage -fstack-size-section",
		"-femit-all-decls -fbinutils-version=2.35 -fbasic-block-sections=all -fno-verify-intermediate-code",
		"-fno-pointer-tbaa -fno-struct-path-tbaa -fexperimental-loop-fusion -fdevirtualize-speculatively",
		"-fpack-struct -fno-max-type-align -fdelayed-template-parsing -fc++-static-destructors=none -x c++",
		"-fassume-nothrow-exception-dtor -fexperimental-new-constant-interpreter -fignore-exceptions -x c++",
		"-frandomize-layout-seed=x -funique-source-file-names -fpartition-static-data-sections",
		"-g -gdwarf-aranges -gtemplate-alias -gno-structor-decl-linkage-names -fno-dwarf-directory-asm",
		"-fsanitize=address,undefined -fsanitize-undefined-strip-path-components=1 -fno-sanitize-link-runtime",
		"-fsanitize=undefined -fsanitize-trap=undefined -fsanitize-debug-trap-reasons=basic -g",
		"-fxray-instrument -fxray-instruction-threshold=1 -fxray-modes=none -fxray-ignore-loops",
		"-malign-branch-boundary=32 -malign-branch=jcc -mpad-max-prefix-size=4 -mlarge-data-threshold=9",
	} {
		args := append(strings.Fields(options), thin...)
		p.want("compiled", args...)
		p.want("hit", args...)
	}
	p.want("standard output", append(thin, "-o", "")...)
}

// What the compiler is called decides what it takes a .c for, for which target
// it compiles, and how it calls itself.
func TestDriverNames(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "#ifdef __cplusplus\n#include <cstddef>\n#endif\nint f(void) { return " +
		"sizeof('a'); }\n", "inc/.keep": ""})
	real, err := filepath.EvalSymlinks("/usr/bin/" + compiler)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"-Iinc", "-O2", "-flto=thin", "-c", "a.c"}
	for _, test := range []struct{ name, verdict string }{
		{"clang", "hit"}, {"clang++", "hit"}, {"aarch64-linux-gnu-clang", "hit"}, {"x86_64-linux-gnu-clang++-22", "hit"},
		{"cc", "hit"},
		{"clang-cl", "in another way"},
	} {
		p.compiler = filepath.Join(t.TempDir(), test.name)
		if err := os.Symlink(real, p.compiler); err != nil {
			t.Fatal(err)
		}
		first := test.verdict
		if first == "hit" {
			first = "compiled"
		}
		p.want(first, args...)
		p.want(test.verdict, args...)
	}
	if err := os.Symlink(real, "clang"); err != nil {
		t.Fatal(err)
	}
	p.compiler = "./clang"
	p.want("calls its headers", append(args, "-no-canonical-prefixes", "-MD")...)
	// Also where headers are looked for is C++'s.
	p.compiler = "clang++-22"
	p.want("compiled", args...)
	p.want("hit", args...)
	p.write(map[string]string{"inc/cstddef": "#define SHADOW\n"})
	p.want("compiled", args...)
}

// Variables that change the object, or make the compiler fail, even when they
// are empty.
func TestVariables(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "int v;\n"})
	args := []string{"-flto=thin", "-c", "a.c"}
	p.want("compiled", args...)
	p.want("hit", args...)
	for _, entry := range []string{"LLVM_OVERRIDE_PRODUCER=", "LLVM_OVERRIDE_PRODUCER=another"} {
		p.Env = append(slices.Clone(os.Environ()), entry)
		p.want("compiled", args...)
		p.want("hit", args...)
	}
	p.Env = append(slices.Clone(os.Environ()), "SOURCE_DATE_EPOCH=")
	if r, said := p.cached(args); r.code == 0 && said == "hit" {
		t.Error("a hit where the compiler fails")
	}
}

// What makes the compiler keep track of places puts the working directory into
// the object, though there is no debug information.
func TestLocated(t *testing.T) {
	for i, test := range []struct{ args, then string }{
		{"-Rpass=inline", "compiled"},
		{"-Rpass-missed=.", "compiled"},
		{"-Rpass-analysis=. -g1 -g0", "compiled"},
		{"-fprofile-sample-use=p.prof", "compiled"},
		{"-fprofile-sample-use=p.prof -g1 -g0", "compiled"},
		{"-Rpass=inline -fdebug-compilation-dir=.", "hit"},
		{"-gline-directives-only", "compiled"},
		{"-gsplit-dwarf", "hit"},
		{"-fdebug-info-for-profiling -fpseudo-probe-for-profiling", "hit"},
	} {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			files := map[string]string{"a.c": "int f(int x) { return x; }\n", "p.prof": "f:10:1\n 1: 1\n"}
			p := newProject(t, files)
			args := append(strings.Fields(test.args), "-O2", "-flto=thin", "-c", "a.c")
			p.want("compiled", args...)
			p.enter(files)
			p.want(test.then, args...)
			p.want("hit", args...)
		})
	}
}
