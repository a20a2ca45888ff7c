package canon

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/link/distfile"
)

// A job in a folder of its own: m.o imports b.o and c.o of an archive.
type fixture struct {
	t      *testing.T
	common distfile.Common
	job    distfile.Job
	opts   Options
}

// Its shard is testdata/shard.bc, which testdata/make.sh makes.
const (
	modulePath = "main.o"
	bPath      = "liblib.a(b.o at 96).2.4D2.o"
	cPath      = "liblib.a(c.o at 3128).3.4D2.o"
	shardPath  = "main.1.1234.native.o.thinlto.bc"
	objectPath = "main.1.1234.native.o"
)

func newFixture(t *testing.T) *fixture {
	t.Helper()
	data := rename(t, sampleShard, func(path string) string {
		switch {
		case strings.Contains(path, "(b.o at "):
			return bPath
		case strings.Contains(path, "(c.o at "):
			return cPath
		}
		return path
	})
	t.Chdir(t.TempDir())
	f := &fixture{
		t:      t,
		common: distfile.Common{LinkerOutput: "prog", Args: []string{"/usr/bin/clang-22", "-c", "--target=x86_64-pc-linux-gnu", "-O2"}},
		job: distfile.Job{
			Args:    []string{modulePath, "-fthinlto-index=" + shardPath, "-o", objectPath},
			Inputs:  []string{modulePath, shardPath, bPath, cPath},
			Outputs: []string{objectPath},
		},
		opts: Options{
			Identity: strings.Repeat("ab", 32), Launch: []string{"/usr/bin/clang-22"},
			Env: map[string]string{"PATH": "/usr/bin:/bin"}, Timeout: 10 * time.Minute,
		},
	}
	f.write(modulePath, "module main")
	f.write(bPath, "module b")
	f.write(cPath, "module c")
	f.write(shardPath, data)
	return f
}

func (f *fixture) write(path, content string) {
	f.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) try() (*action.Action, error) {
	opts := f.opts
	opts.Files = filedigest.Open("", digest.SHA256)
	b, err := NewBuilder(f.common, opts)
	if err != nil {
		return nil, err
	}
	return b.Build(f.job)
}

func (f *fixture) build() *action.Action {
	f.t.Helper()
	a, err := f.try()
	if err != nil {
		f.t.Fatal(err)
	}
	return a
}

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

// What doesn't reach the object doesn't reach the key.
func TestSameKey(t *testing.T) {
	want := newFixture(t).build().Digest
	for name, change := range map[string]func(f *fixture){
		"another PID, folder and offset": func(f *fixture) {
			f.rename(map[string]string{
				modulePath: "build dir/main.o",
				bPath:      "out/liblib.a(b.o at 104).2.FFFF.o", cPath: "out/liblib.a(c.o at 9000).3.FFFF.o",
				shardPath: "out/main.1.65535.native.o.thinlto.bc", objectPath: "out/main.1.65535.native.o",
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

// LLVM 22 damages what follows a non-ASCII byte in the paths of a shard.
func TestDamagedPaths(t *testing.T) {
	want := newFixture(t).build().Digest
	f := newFixture(t)
	f.rename(map[string]string{bPath: "bé.o", cPath: "cü.o"})
	f.write(shardPath, renameFile(t, shardPath, func(path string) string {
		return map[string]string{"bé.o": "b\xc3\xff\xff\xff", "cü.o": "c\xc3\xff.o"}[path] + map[bool]string{true: path}[path == modulePath]
	}))
	if got := f.build().Digest; got != want {
		t.Errorf("digest = %v, want %v", got, want)
	}
	f.write(shardPath, renameFile(t, shardPath, func(path string) string { return path + "x" }))
	if a, err := f.try(); err == nil {
		t.Errorf("took another module's name for damage: %v", a.Inputs)
	}
}

// rename gives files other names, in the dist-file, on disk and in the shard.
func (f *fixture) rename(names map[string]string) {
	f.t.Helper()
	to := func(path string) string {
		if name := names[path]; name != "" {
			return name
		}
		return path
	}
	f.write(shardPath, renameFile(f.t, shardPath, to))
	for i, path := range f.job.Inputs {
		f.job.Inputs[i] = to(path)
		data, err := os.ReadFile(path)
		if err != nil {
			f.t.Fatal(err)
		}
		f.write(to(path), string(data))
	}
	for i, path := range f.job.Outputs {
		f.job.Outputs[i] = to(path)
	}
	for i, arg := range f.job.Args {
		option, value, ok := strings.Cut(arg, "=")
		if ok {
			f.job.Args[i] = option + "=" + to(value)
		} else {
			f.job.Args[i] = to(arg)
		}
	}
}

// What reaches the object reaches the key.
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
			f.opts.Tools = []action.Input{{Name: "toolchain/bin/clang", Digest: digest.SHA256.Of(nil), Executable: true}}
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

func (f *fixture) arg(args ...string) { f.common.Args = append(f.common.Args, args...) }

func truncate(f *fixture, path string) {
	f.t.Helper()
	if err := os.Truncate(path, 40); err != nil {
		f.t.Fatal(err)
	}
}

func TestBadInput(t *testing.T) {
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
		var uncacheable *action.Uncacheable
		if err == nil || errors.As(err, &uncacheable) {
			t.Errorf("%s: error = %v", name, err)
		}
	}
}

func TestCheck(t *testing.T) {
	a := &action.Action{Outputs: []action.Output{{Name: "m.native.o", Path: "a.o"}, {Name: "m.native.dwo", Path: "a.dwo", Optional: true}}}
	elf := reapitest.Object("code")
	for name, tc := range map[string]struct {
		outputs []action.OutputFile
		want    string
	}{
		"sound":            {[]action.OutputFile{{Name: "m.native.o", Data: elf}}, ""},
		"with optional":    {[]action.OutputFile{{Name: "m.native.o", Data: elf}, {Name: "m.native.dwo", Data: nil}}, ""},
		"cut":              {[]action.OutputFile{{Name: "m.native.o", Data: elf[:100]}}, "a.o is cut short"},
		"of no class":      {[]action.OutputFile{{Name: "m.native.o", Data: []byte("\x7fELF" + strings.Repeat(".", 100))}}, "a.o isn't an object file"},
		"missing":          {nil, "wrote no a.o"},
		"empty":            {[]action.OutputFile{{Name: "m.native.o", Data: nil}}, "a.o is empty"},
		"text":             {[]action.OutputFile{{Name: "m.native.o", Data: []byte("some text that is long enough")}}, "a.o isn't an object file"},
		"only a beginning": {[]action.OutputFile{{Name: "m.native.o", Data: elf[:8]}}, "a.o isn't an object file"},
		"undeclared":       {[]action.OutputFile{{Name: "m.native.o", Data: elf}, {Name: "../x", Data: elf}}, `"../x" wasn't asked for`},
	} {
		err := a.Check(&action.Result{Outputs: tc.outputs})
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: error = %v, want %q", name, err, tc.want)
		}
	}
}
