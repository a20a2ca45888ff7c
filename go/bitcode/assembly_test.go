package bitcode

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/internal/quick"
)

const assemblySource = `
__asm__("# \303\251\n");
__asm__("# \"second\"\t$0");
struct A { virtual int f(int); virtual ~A(); };
template <class T> inline T twice(T x) { __asm__("add{l %0, %0| %0, %0} # %=" : "+r"(x)); return x; }
int A::f(int x) {
	static int count;
	__asm__ volatile(".pushsection .rodata\n.incbin \"x\"\n.popsection" :: "i"(&count) : "memory");
	if (x > 3) return twice(x) + f(x - 1);
	__asm__ goto("jmp %l0" :::: out);
	return 12345678;
out:
	return twice((short)x);
}
A::~A() {}
`

// moduleAssembly matches a line of a module's assembly. LLVM 22 prints module asm "LINE", and
// 23 one module asm(…) with the processor's features, under which the lines are indented.
const moduleAssembly = `(?m)^(?:module asm |    )"(.*)"$`

// ReadAssembly finds what llvm-dis prints, in all kinds of modules that clang writes.
func TestAssemblyOfClang(t *testing.T) {
	quick.Skip(t, "runs clang and lld")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.cc"), []byte(assemblySource), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "x"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, options := range []string{
		"-O2", "-O0 -g", "-O1 -g -fno-discard-value-names",
		"-O2 -fsplit-lto-unit -fwhole-program-vtables -fvisibility=hidden",
		"-O2 --target=x86_64-apple-macos", "-O2 --target=x86_64-pc-windows-msvc", "-O2 -flto=full",
	} {
		args := slices.Concat([]string{"-flto=thin"}, strings.Fields(options), []string{"-c", "a.cc", "-o", "a.o"})
		run(t, dir, nil, "clang++-22", args...)
		data := read(t, filepath.Join(dir, "a.o"))
		got, err := ReadAssembly(data)
		if err != nil {
			t.Fatalf("%s: %v", options, err)
		}
		// Of a file with two modules llvm-dis prints one.
		run(t, dir, nil, "llvm-modextract-22", "-n", "0", "-o", "0.bc", "a.o")
		text := disassemble(t, read(t, filepath.Join(dir, "0.bc")))
		second := exec.Command("llvm-modextract-22", "-n", "1", "-o", "1.bc", "a.o")
		second.Dir = dir
		if err := second.Run(); err == nil {
			text += disassemble(t, read(t, filepath.Join(dir, "1.bc")))
		} else if strings.Contains(options, "split") {
			t.Errorf("%s: one module", options)
		}
		if diff := cmp.Diff(printed(t, text, moduleAssembly), lines(got.Modules)); diff != "" {
			t.Errorf("%s: modules' assembly (-llvm-dis +ReadAssembly):\n%s", options, diff)
		}
		templates := printed(t, text, `asm (?:[a-z]+ )*"((?:[^"\\]|\\..)*)", "`)
		if diff := cmp.Diff(distinct(templates), distinct(got.Templates)); diff != "" || len(distinct(templates)) < 3 {
			t.Errorf("%s: calls (-llvm-dis +ReadAssembly):\n%s", options, diff)
		}
		if !strings.Contains(string(slices.Concat(got.Symbols...)), "_ZN1A1fEi") && !strings.Contains(options, "msvc") {
			t.Errorf("%s: symbols %q", options, got.Symbols)
		}
	}
}

// printed returns what a pattern's group holds in a text of LLVM's.
func printed(t *testing.T, text, pattern string) (found []string) {
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		plain := regexp.MustCompile(`\\[0-9A-F]{2}`).ReplaceAllStringFunc(m[1], func(hex string) string {
			c, err := strconv.ParseUint(hex[1:], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			return string([]byte{byte(c)})
		})
		found = append(found, plain)
	}
	return found
}

func lines(texts []string) (all []string) {
	for _, text := range texts {
		all = append(all, strings.Split(strings.TrimSuffix(text, "\n"), "\n")...)
	}
	return all
}

func distinct(texts []string) []string { return slices.Compact(slices.Sorted(slices.Values(texts))) }

// assemblyStreams are modules that clang 22 doesn't write.
var assemblyStreams = map[string]func(s *stream){
	"several records of a module": func(s *stream) {
		s.block(moduleID, 3, func() {
			s.record(moduleAsmCode, characters("a")...)
			s.record(moduleAsmCode, characters("b")...)
		})
	},
	"what later versions add": func(s *stream) {
		s.block(moduleID, 3, func() {
			s.record(lastModuleCode+1, append(characters("a"), append([]uint64{1 << 40}, characters("b")...)...)...)
			s.block(constantsID, 4, func() { s.record(lastConstantCode+1, characters("c")...) })
			s.opaque(99, 4)
		})
	},
	"each version of INLINEASM": func(s *stream) {
		s.block(moduleID, 3, func() {
			s.block(functionID, 4, func() {
				s.record(declareBlocksCode, 1)
				s.record(lastFunctionCode+1, 5)
				s.block(constantsID, 4, func() {
					s.record(18, slices.Concat([]uint64{1, 1}, characters("a"), []uint64{1}, characters("x"))...)
					s.record(23, slices.Concat([]uint64{1, 1}, characters("b"), []uint64{1}, characters("x"))...)
					s.record(28, slices.Concat([]uint64{1, 1}, characters("c"), []uint64{1}, characters("x"))...)
					s.record(30, slices.Concat([]uint64{7, 1, 1}, characters("d"), []uint64{1}, characters("x"))...)
				})
				s.record(10, 1)
			})
		})
	},
	"abbreviations of each module's own": func(s *stream) {
		for _, text := range []string{"a", "b"} {
			s.block(moduleID, 3, func() {
				layout := []operand{{literal, moduleAsmCode}, {encoding: array}, {fixed, 8}}
				s.define(layout...)
				s.abbreviated(firstAbbrev, layout, append([]uint64{moduleAsmCode}, characters(text)...)...)
			})
		}
	},
}

func characters(text string) (codes []uint64) {
	for _, c := range []byte(text) {
		codes = append(codes, uint64(c))
	}
	return codes
}

func TestAssemblyOfOthers(t *testing.T) {
	want := map[string]Assembly{
		"several records of a module":        {Modules: []string{"a", "b"}},
		"what later versions add":            {Others: []string{"a\nb", "c"}},
		"each version of INLINEASM":          {Templates: []string{"a", "b", "c", "d"}},
		"abbreviations of each module's own": {Modules: []string{"a", "b"}},
	}
	for name, build := range assemblyStreams {
		s := newStream(false)
		build(s)
		for _, data := range [][]byte{s.data, wrap(s.data, "odd")} {
			got, err := ReadAssembly(data)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if diff := cmp.Diff(want[name], *got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
}

// Bitcode that LLVM can't read is an error.
func TestDamagedAssembly(t *testing.T) {
	s := newStream(false)
	assemblyStreams["each version of INLINEASM"](s)
	short := newStream(false)
	short.block(moduleID, 3, func() {
		short.block(constantsID, 4, func() { short.record(30, 7, 1, 5, 'a') })
	})
	for name, data := range map[string][]byte{
		"nothing":             nil,
		"not bitcode":         []byte("; ModuleID = 'a.c'"),
		"cut":                 s.data[:len(s.data)-8],
		"something behind":    append(slices.Clone(s.data), make([]byte, 64)...),
		"a text that is long": short.data,
	} {
		if got, err := ReadAssembly(data); err == nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// FuzzAssembly also bounds what is made of a few bytes.
func FuzzAssembly(f *testing.F) {
	for _, build := range assemblyStreams {
		s := newStream(false)
		build(s)
		f.Add(s.data)
		f.Add(wrap(s.data, ""))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := ReadAssembly(data)
		if err != nil {
			return
		}
		size := 0
		for _, text := range slices.Concat(a.Modules, a.Templates, a.Others) {
			size += len(text)
		}
		// A record takes two bits at least, and has as many operands as an
		// abbreviation can have literals.
		if most := len(data) * 4 * (maxOperands + 1); size > most {
			t.Errorf("%d characters of %d bytes", size, len(data))
		}
	})
}
