package canon

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// The digest of an action is what teams share caches by: when this changes,
// every cache starts empty. Change it only on purpose.
func TestGoldenDigest(t *testing.T) {
	const want = "cfa04424aaf7f86363c264ee94bbcb51df80188c40e6de2a4acd84730dc21968/223"
	if got := newFixture(t).build().Digest.String(); got != want {
		t.Errorf("digest = %s, want %s", got, want)
	}
}

func TestCanonicalForm(t *testing.T) {
	a := newFixture(t).build()
	wantArgs := []string{
		"-c", "--target=x86_64-pc-linux-gnu", "-O2", "--no-default-config",
		"m.o", "-fthinlto-index=m.thinlto.bc", "-o", "m.native.o",
	}
	if diff := cmp.Diff(wantArgs, a.Args); diff != "" {
		t.Error(diff)
	}
	var names []string
	for _, in := range a.Inputs {
		names = append(names, in.Name)
	}
	if diff := cmp.Diff([]string{"m.o", "i00000.o", "i00001.o", "m.thinlto.bc"}, names); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]action.Output{{Name: "m.native.o", Path: objectPath}}, a.Outputs); diff != "" {
		t.Error(diff)
	}
}

// Nothing that leaves the object as it is changes the key.
func TestSameKey(t *testing.T) {
	want := newFixture(t).build().Digest
	for name, change := range map[string]func(f *fixture){
		"another PID, folder and offset": func(f *fixture) {
			f.rename(map[string]string{
				modulePath: "build dir/main.o",
				bPath:      "out/liblib.a(b.o at 104).2.FFFF.o",
				cPath:      "out/liblib.a(c.o at 9000).3.FFFF.o",
				shardPath:  "out/main.1.65535.native.o.thinlto.bc",
				objectPath: "out/main.1.65535.native.o",
			})
			f.common.LinkerOutput = "out/prog"
		},
		"plain objects instead of an archive": func(f *fixture) {
			f.rename(map[string]string{bPath: "o/b.o", cPath: "o/c.o"})
		},
		"the module's name sorts first": func(f *fixture) {
			f.rename(map[string]string{modulePath: "a.o"})
		},
		"another output name":         func(f *fixture) { f.common.LinkerOutput = "other" },
		"imports listed in any order": func(f *fixture) { slices.Reverse(f.job.Inputs[2:]) },
		"imports listed twice":        func(f *fixture) { f.job.Inputs = append(f.job.Inputs, bPath, modulePath) },
		"compiler by another path":    func(f *fixture) { f.common.Args[0] = "/opt/clang" },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			change(f)
			if got := f.build().Digest; got != want {
				t.Errorf("digest = %v, want %v", got, want)
			}
		})
	}
}

// Paths that LLVM 22 damages in a shard, behind a non-ASCII byte, are recognised.
func TestDamagedPaths(t *testing.T) {
	want := newFixture(t).build().Digest
	f := newFixture(t)
	f.rename(map[string]string{bPath: "bé.o", cPath: "cü.o"})
	f.write(shardPath, renameFile(t, shardPath, func(path string) string {
		return map[string]string{
			"bé.o": "b\xc3\xff\xff\xff",
			"cü.o": "c\xc3\xff.o",
		}[path] + map[bool]string{true: path}[path == modulePath]
	}))
	if got := f.build().Digest; got != want {
		t.Errorf("digest = %v, want %v", got, want)
	}
	f.write(shardPath, renameFile(t, shardPath, func(path string) string { return path + "x" }))
	if a, err := f.try(); err == nil {
		t.Errorf("took another module's name for damage: %v", a.Inputs)
	}
}

// Everything that may change the object changes the key.
func TestOtherKey(t *testing.T) {
	seen := map[digest.Digest]string{newFixture(t).build().Digest: "the original"}
	for name, change := range map[string]func(f *fixture){
		"module":      func(f *fixture) { f.write(modulePath, "module MAIN") },
		"import":      func(f *fixture) { f.write(bPath, "module B") },
		"one less":    func(f *fixture) { f.common.Args = f.common.Args[:3] },
		"argument":    func(f *fixture) { f.common.Args[3] = "-O3" },
		"compiler":    func(f *fixture) { f.opts.Identity = strings.Repeat("cd", 32) },
		"environment": func(f *fixture) { f.opts.Env["X"] = "1" },
		"worker path": func(f *fixture) { f.opts.Launch = []string{"/opt/clang"} },
		"property":    func(f *fixture) { f.opts.Properties = map[string]string{"OSFamily": "Linux"} },
		"tools": func(f *fixture) {
			f.opts.Tools = []action.Input{{
				Name:       "toolchain/bin/clang",
				Digest:     digest.SHA256.Of(nil),
				Executable: true,
			}}
		},
		"timeout":     func(f *fixture) { f.opts.Timeout = time.Minute },
		"extra input": func(f *fixture) { f.write("extra", "x"); f.opts.ExtraInputs = []string{"extra"} },
		"swapped imports": func(f *fixture) {
			f.write(bPath, "module c")
			f.write(cPath, "module b")
		},
		"COFF": func(f *fixture) { f.common.Args[2] = "--target=x86_64-pc-windows-msvc19.33.0" },
	} {
		f := newFixture(t)
		change(f)
		d := f.build().Digest
		if other := seen[d]; other != "" {
			t.Errorf("%s has the key of %s", name, other)
		}
		seen[d] = name
	}
}

// An input that doesn't exist is an error, not a reason to run without the cache.
func TestMissingInput(t *testing.T) {
	for name, change := range map[string]func(f *fixture){
		"module missing":    func(f *fixture) { os.Remove(modulePath) },
		"import missing":    func(f *fixture) { os.Remove(bPath) },
		"import a folder":   func(f *fixture) { os.Remove(bPath); os.Mkdir(bPath, 0o755) },
		"shard missing":     func(f *fixture) { os.Remove(shardPath) },
		"extra missing":     func(f *fixture) { f.opts.ExtraInputs = []string{"absent"} },
		"extra is a folder": func(f *fixture) { f.opts.ExtraInputs = []string{"."} },
	} {
		f := newFixture(t)
		change(f)
		_, err := f.try()
		if _, ok := errors.AsType[*action.Uncacheable](err); err == nil || ok {
			t.Errorf("%s: error = %v", name, err)
		}
	}
}
