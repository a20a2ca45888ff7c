package canon

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/action"
	"thinrex/go/bitcode"
	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
	"thinrex/go/internal/quick"
	"thinrex/go/link/slice"
)

// A sliced is what Slice makes of a fixture's job.
type sliced struct {
	*Sliced
	whole    *action.Action
	requests map[string]slice.Request // by the canonical names of the modules
	err      error
}

// slice slices the fixture's job. cut gives the slices of modules, by their canonical
// names; those that it doesn't name stay whole.
func (f *fixture) slice(cut map[string]string) (s sliced) {
	f.t.Helper()
	opts := f.opts
	opts.Files = filedigest.Open("", digest.SHA256)
	b, err := NewBuilder(f.common, opts)
	if err == nil {
		s.whole, err = b.Build(f.job)
	}
	if err != nil {
		f.t.Fatal(err)
	}
	s.requests = map[string]slice.Request{}
	s.Sliced, s.err = b.Slice(s.whole, func(in action.Input, r slice.Request) ([]byte, error) {
		s.requests[in.Name] = r
		if data, ok := cut[in.Name]; ok {
			return []byte(data), nil
		}
		return nil, nil
	})
	return s
}

// withModules writes real modules in place of the fixture's.
func (f *fixture) withModules() {
	f.t.Helper()
	quick.Skip(f.t, "runs clang")
	for path, source := range map[string]string{
		modulePath: "int b(int), shared; int main(void) { return b(shared); }",
		bPath:      "extern int shared; int b(int x) { return x + 1; } int other(void) { return shared; }",
		cPath:      "int c(int x) { return x + 2; }",
	} {
		f.compile(source, path)
	}
}

func (f *fixture) compile(source, object string, options ...string) {
	f.t.Helper()
	f.write("source.c", source)
	args := []string{"clang-22", "-O2", "-flto=thin", "-c", "source.c", "-o", object}
	f.run(append(args, options...)...)
}

func (f *fixture) run(command ...string) {
	f.t.Helper()
	if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
		f.t.Fatalf("%v: %s", err, out)
	}
}

// A sliced action reads slices, and a shard whose hashes depend on the imports' places
// alone. All else is that of the whole action.
func TestSlice(t *testing.T) {
	f := newFixture(t)
	f.withModules()
	cut := map[string]string{"i00000.o": "slice of b", "i00001.o": "slice of c"}
	got := f.slice(cut)
	if got.err != nil {
		t.Fatal(got.err)
	}
	for i, in := range got.whole.Inputs {
		same := got.Action.Inputs[i]
		switch {
		case in.Name != same.Name || in.File.Path != same.File.Path:
			t.Errorf("%+v became %+v", in, same)
		case cut[in.Name] != "" && string(same.Data) != cut[in.Name]:
			t.Errorf("%s: %q", in.Name, same.Data)
		case in.Name == moduleName && in.Digest != same.Digest:
			t.Error("the job's own module has changed")
		}
	}
	if diff := cmp.Diff(got.whole.Args, got.Action.Args); diff != "" {
		t.Errorf("arguments (-whole +sliced):\n%s", diff)
	}
	if got.Action.Digest == got.whole.Digest {
		t.Error("the key is that of the whole action")
	}

	imports := shardOf(t, got.whole)
	wholeNumbers, numbers := imports.PromotionNumbers(), shardOf(t, got.Action).PromotionNumbers()
	want := map[string]uint64{
		moduleName: wholeNumbers[moduleName],
		"i00000.o": 17836401925500000000,
		"i00001.o": 17836401925500000001,
	}
	if diff := cmp.Diff(want, numbers); diff != "" {
		t.Errorf("numbers in the shard (-want +got):\n%s", diff)
	}
	if len(got.Names) != 2 || !strings.HasPrefix("17836401925500000000", placeholderPrefix) {
		t.Errorf("names %v", got.Names)
	}
	lists, err := imports.Imports()
	if err != nil {
		t.Fatal(err)
	}
	shared := bitcode.GUID("shared", "", false)
	wantRequests := map[string]slice.Request{
		"i00000.o": {Path: bPath, Keep: lists["i00000.o"], Mention: []uint64{shared}},
		"i00001.o": {Path: cPath, Keep: lists["i00001.o"]},
	}
	if diff := cmp.Diff(wantRequests, got.requests); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}

	again := f.slice(cut)
	if again.Action.Digest != got.Action.Digest {
		t.Error("the same slices give another key")
	}
	cut["i00001.o"] = "another"
	if f.slice(cut).Action.Digest == got.Action.Digest {
		t.Error("another slice gives the same key")
	}
	delete(cut, "i00001.o")
	if some := f.slice(cut); some.err != nil || some.Action.Inputs[2].Data != nil ||
		some.Action.Inputs[2].Digest != got.whole.Inputs[2].Digest {
		t.Errorf("a module that stays whole: %v", some.err)
	}
}

func shardOf(t *testing.T, a *action.Action) *bitcode.Shard {
	t.Helper()
	for _, in := range a.Inputs {
		if in.Name == shardName {
			s, err := bitcode.Parse(in.Data)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
	}
	t.Fatal("there is no shard")
	return nil
}

// Modules with one hash have locals of one name in common.
func TestEqualHashes(t *testing.T) {
	cut := map[string]string{"i00000.o": "slice of b", "i00001.o": "slice of c"}
	for name, tc := range map[string]struct{ equal, to string }{
		"imports": {"i00001.o", "i00000.o"}, "the job's own module and an import": {"i00000.o", moduleName},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.withModules()
			shard := shardOf(t, f.build())
			numbers := shard.PromotionNumbers()
			data, err := shard.SetPromotionNumbers(map[string]uint64{tc.equal: numbers[tc.to]})
			if err != nil {
				t.Fatal(err)
			}
			paths := map[string]string{moduleName: modulePath, "i00000.o": bPath, "i00001.o": cPath}
			f.write(shardPath, rename(t, data, func(path string) string { return paths[path] }))
			got := f.slice(cut)
			if got.err != nil {
				t.Fatal(got.err)
			}
			now := shardOf(t, got.Action).PromotionNumbers()
			if now[tc.equal] != now[tc.to] || len(got.Names) != 1 || now[moduleName] != numbers[moduleName] {
				t.Errorf("numbers %v, names %v", now, got.Names)
			}
		})
	}
}

// Jobs that slices could change keep their whole modules.
func TestNotSliced(t *testing.T) {
	all := map[string]string{"i00000.o": "slice of b", "i00001.o": "slice of c"}
	for name, tc := range map[string]struct {
		change func(*fixture)
		cut    map[string]string
		want   error
		says   string
	}{
		"nothing can be cut": {want: ErrNothingCut},
		"a plugin": {
			change: func(f *fixture) {
				f.write("p.so", "plugin")
				f.common.Args = append(f.common.Args, "-fpass-plugin=p.so")
			},
			says: "-fpass-plugin=",
		},
		"a profile for backends": {
			change: func(f *fixture) {
				f.write("p.prof", "main:10:1\n 0: 1\n")
				f.common.Args = append(f.common.Args, "-fprofile-sample-use=p.prof")
			},
			says: "-fprofile-sample-use=",
		},
		"an option about imports": {
			change: func(f *fixture) {
				f.common.Args = append(f.common.Args, "-mllvm", "-print-imports")
			},
			says: "-print-imports",
		},
		"more outputs": {
			change: func(f *fixture) { f.common.Args = append(f.common.Args, "-fsave-optimization-record") },
			says:   "more outputs",
		},
		"split debug information": {
			change: func(f *fixture) { f.common.Args = append(f.common.Args, "-gsplit-dwarf", "-g") },
			says:   "more outputs",
		},
		"a module that isn't one": {
			change: func(f *fixture) { f.write(cPath, "module c") },
			says:   "reads its imports whole",
		},
		"a placeholder in the job's module": {
			change: func(f *fixture) {
				f.compile("int f(void) __asm__(\"f.llvm."+placeholderPrefix+"00003\"); int main(void) { return f(); }",
					modulePath)
			},
			says: placeholderPrefix,
		},
		"a profile": {
			change: func(f *fixture) {
				f.write("p.txt", "main\n12345\n1\n7\n\n")
				f.run("llvm-profdata-22", "merge", "p.txt", "-o", "p.profdata")
				f.compile("int b(int); int main(void) { return b(1); }", modulePath, "-fprofile-use=p.profdata", "-w")
			},
			says: "has a profile",
		},
		"a placeholder in a function's assembly": {
			change: func(f *fixture) {
				f.compile("int main(void) { __asm__(\".globl f.llvm."+placeholderPrefix+"00003\"); return 1; }",
					modulePath)
			},
			says: placeholderPrefix,
		},
		"a placeholder in an imported module": {
			change: func(f *fixture) {
				f.compile("int x(void) __asm__(\"x.llvm."+placeholderPrefix+"00003\"); int b(int y) { return y + x(); }", bPath)
			},
			says: placeholderPrefix,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.withModules()
			if tc.cut == nil && tc.want == nil {
				tc.cut = all
			}
			if tc.change != nil {
				tc.change(f)
			}
			if tc.want == nil {
				tc.want = ErrNotSliced
			}
			got := f.slice(tc.cut)
			if tc.want == ErrNotSliced && len(got.requests) > 0 {
				t.Errorf("modules were cut for nothing: %v", got.requests)
			}
			if !errors.Is(got.err, tc.want) || !strings.Contains(got.err.Error(), tc.says) {
				t.Errorf("%v, want %v with %q", got.err, tc.want, tc.says)
			}
		})
	}
}

// The key of a slice holds the module, what is kept and mentioned, and what cuts.
func TestCut(t *testing.T) {
	f := newFixture(t)
	opts := f.opts
	opts.Files = filedigest.Open("", digest.SHA256)
	b, err := NewBuilder(f.common, opts)
	if err != nil {
		t.Fatal(err)
	}
	key := func(content string, r slice.Request, slicer string) digest.Digest {
		t.Helper()
		a, err := b.Cut(action.Input{Name: "i00007.o", Digest: digest.SHA256.Of([]byte(content))}, r, slicer)
		if err != nil {
			t.Fatal(err)
		}
		return a.Digest
	}
	r := slice.Request{Path: "a.o", Keep: []uint64{1, 2}}
	want := key("module", r, "slicer")
	if key("module", slice.Request{Path: "b.o", Keep: []uint64{1, 2}}, "slicer") != want {
		t.Error("another path gives another key")
	}
	for name, got := range map[string]digest.Digest{
		"another module":    key("other", r, "slicer"),
		"another slicer":    key("module", r, "other"),
		"other values":      key("module", slice.Request{Path: "a.o", Keep: []uint64{1}}, "slicer"),
		"values, mentioned": key("module", slice.Request{Path: "a.o", Mention: []uint64{1, 2}}, "slicer"),
	} {
		if got == want {
			t.Errorf("%s: the same key", name)
		}
	}
}
