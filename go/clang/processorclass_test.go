//go:build linux

package clang

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/cpuid/v2"
)

// glibc's libm has four versions of a function at most.
func TestX86Class(t *testing.T) {
	for _, c := range []struct {
		features []cpuid.FeatureID
		want     string
	}{
		{[]cpuid.FeatureID{cpuid.SSE2}, "sse2"},
		{[]cpuid.FeatureID{cpuid.SSE2, cpuid.AVX}, "avx"},
		{[]cpuid.FeatureID{cpuid.AVX, cpuid.FMA4}, "fma4"},
		{[]cpuid.FeatureID{cpuid.AVX, cpuid.FMA4, cpuid.FMA3}, "fma4"},
		{[]cpuid.FeatureID{cpuid.AVX, cpuid.FMA3, cpuid.AVX2}, "fma"},
		{[]cpuid.FeatureID{cpuid.AVX, cpuid.FMA3, cpuid.AVX2, cpuid.AVX512F}, "fma"},
	} {
		var info cpuid.CPUInfo
		info.Enable(c.features...)
		if got := x86Class(&info); got != c.want {
			t.Errorf("%v: %q, want %q", c.features, got, c.want)
		}
	}
}

func TestKernelCapabilities(t *testing.T) {
	var auxv []byte
	for _, word := range []uint64{33, 7, 16, 0xab, 26, 0x2, 0, 0} {
		auxv = binary.NativeEndian.AppendUint64(auxv, word)
	}
	path := write(t, filepath.Join(t.TempDir(), "auxv"), string(auxv), 0o644)
	if got := kernelCapabilities(path); got != "ab 2" {
		t.Errorf("%q", got)
	}
}

// Variables that make libm choose other functions change the identity; others don't.
func TestTunables(t *testing.T) {
	o := options(t)
	want := mustResolve(t, clang, o).Identity
	for variable, same := range map[string]bool{
		"GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2":                     false,
		"GLIBC_TUNABLES=glibc.malloc.check=3:glibc.cpu.hwcaps=-FMA": false,
		"GLIBC_TUNABLES=glibc.cpu.name=thunderx":                    false,
		"GLIBC_TUNABLES=glibc.malloc.check=3":                       true,
		"GLIBC_TUNABLES=":                                           true,
		"LD_HWCAP_MASK=0x1":                                         false,
		"LD_BIND_NOW=1":                                             true,
		"LD_PRELOAD=" + filepath.Join(o.Dir, "libgone.so"):          true,
		"LD_PRELOAD=libdl.so.2 libutil.so.1":                        false,
		"LD_AUDIT=libutil.so.1":                                     false,
	} {
		again := o
		again.Env = append(o.Env[:len(o.Env):len(o.Env)], variable)
		for range 2 { // asked, then remembered
			if got := mustResolve(t, clang, again).Identity; (got == want) != same {
				t.Errorf("%s: the same identity: %v", variable, !same)
			}
		}
	}
}

// Compilers get only the variables about the processor. The last of equal tunables
// stays last.
func TestProcessorVariables(t *testing.T) {
	got := ProcessorVariables([]string{
		"PATH=/bin", "LD_HWCAP_MASK=0x1", "LD_PRELOAD=x.so",
		"GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA:glibc.malloc.check=3:glibc.cpu.hwcaps=-AVX2",
	})
	want := []string{"GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA:glibc.cpu.hwcaps=-AVX2", "LD_HWCAP_MASK=0x1"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := ProcessorVariables([]string{"GLIBC_TUNABLES=glibc.malloc.check=3", "X=LD_HWCAP_MASK"}); len(got) > 0 {
		t.Errorf("%q", got)
	}
}

// What was found for one processor isn't used for another one.
func TestProcessorInMemo(t *testing.T) {
	o := options(t)
	path := regularFile(clang)
	plain := memoPath(clang, path, o)
	o.Env = append(o.Env, "GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA")
	if memoPath(clang, path, o) == plain {
		t.Error("one memo for two processors")
	}
	tc := mustResolve(t, clang, o)
	again := mustResolve(t, clang, o)
	if again.Processor != tc.Processor || !strings.Contains(tc.Processor, "glibc.cpu.hwcaps=-FMA") {
		t.Errorf("%+v, then %+v", tc, again)
	}
}

// Libraries in folders for certain processors are part of the identity as soon as they
// exist: which of them is loaded depends on the processor.
func TestCapabilityFolders(t *testing.T) {
	made := t.TempDir()
	const source = "int version(void) { return 98; }"
	soname := "-Wl,-soname,libLLVMfake.so"
	build(t, filepath.Join(made, "lib", "libLLVMfake.so"), source, shared, "-fPIC", soname)
	for _, folder := range []string{
		"glibc-hwcaps/x86-64-v2", "glibc-hwcaps/x86-64-v3", "glibc-hwcaps/x86-64-v4", "tls", "haswell", "tls/x86_64",
	} {
		for _, how := range []string{"RUNPATH", "LD_LIBRARY_PATH"} {
			t.Run(how+" "+strings.ReplaceAll(folder, "/", " "), func(t *testing.T) {
				o := options(t)
				lib := filepath.Join(o.Dir, "lib", "libLLVMfake.so")
				data, err := os.ReadFile(filepath.Join(made, "lib", "libLLVMfake.so"))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.Mkdir(filepath.Dir(lib), 0o755); err != nil {
					t.Fatal(err)
				}
				write(t, lib, string(data), 0o755)
				args := []string{lib}
				if how == "RUNPATH" {
					args = append(args, "-Wl,--enable-new-dtags,-rpath,$ORIGIN/../lib")
				} else {
					o.Env = append(o.Env, "LD_LIBRARY_PATH="+filepath.Dir(lib))
				}
				compiler := build(t, filepath.Join(o.Dir, "bin", "clang"), pretender, args...)
				before := mustResolve(t, compiler, o)
				special := filepath.Join(filepath.Dir(lib), folder, "libLLVMfake.so")
				if err := os.MkdirAll(filepath.Dir(special), 0o755); err != nil {
					t.Fatal(err)
				}
				write(t, special, string(data)+"for some", 0o755)
				o.Files = options(t).Files
				after := mustResolve(t, compiler, o)
				if after.Identity == before.Identity || !strings.Contains(after.Processor, " v") {
					t.Errorf("%+v, then %+v", before, after)
				}
			})
		}
	}
}

// An uploaded compiler has the library that this processor loads, and no other one.
func TestPortableTakesOneOfEach(t *testing.T) {
	o := options(t)
	lib := filepath.Join(o.Dir, "lib")
	plain := build(t, filepath.Join(lib, "libf.so"), "int f(void) { return 1; }", shared, "-fPIC",
		"-Wl,-soname,libf.so")
	want := plain
	for _, level := range []int{2, 3, 4} {
		path := filepath.Join(lib, "glibc-hwcaps", "x86-64-v"+string(rune('0'+level)), "libf.so")
		build(t, path, "int f(void) { return 2; }", shared, "-fPIC", "-Wl,-soname,libf.so")
		if level <= processorLevel() {
			want = path
		}
	}
	prog := build(t, filepath.Join(o.Dir, "prog"), "int f(void); int main(void) { return f(); }", plain,
		"-Wl,-rpath,"+lib)
	if got := loadedBy(t, prog); !slices.Contains(got, want) {
		t.Fatalf("the loader loads %q, not %s", got, want)
	}
	p := mustPortable(t, &Compiler{Path: prog, Name: "clang"}, o)
	var got []string
	for _, f := range p.Files {
		if strings.HasPrefix(filepath.Base(f.File.Path), "libf") {
			got = append(got, f.File.Path)
		}
	}
	if !slices.Equal(got, []string{want}) {
		t.Errorf("%q, want %s", got, want)
	}
}
