package canon

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
)

// buildScanned builds the fixture's action as a link does when it has no result for
// it: with a scan of the modules.
func (f *fixture) buildScanned() (*action.Action, error) {
	f.t.Helper()
	opts := f.opts
	opts.Files = filedigest.Open("", digest.SHA256)
	b, err := NewBuilder(f.common, opts)
	if err != nil {
		f.t.Fatal(err)
	}
	a, err := b.Build(f.job)
	if err != nil {
		f.t.Fatal(err)
	}
	if !b.ReadsMore(a) {
		return a, nil
	}
	again, err := b.Build(f.job)
	switch {
	case err != nil:
		return nil, err
	case again.Digest == a.Digest:
		f.t.Error("the same action")
	case b.ReadsMore(again):
		f.t.Error("it reads still more")
	}
	return again, nil
}

// Files that assembly in a module names become inputs, or the reason says why not.
// The modules here are text, which the compiler also accepts as IR.
func TestFilesNamedInAssembly(t *testing.T) {
	const (
		noPlace = "which has no place beside the job's own files (name it without .."
		taken   = "because they have such names (give it another name"
		unread  = "names a file that can't be read"
	)
	for name, tc := range map[string]struct {
		module, imported string
		files            map[string]string
		extra            []string // --extra_input
		want             []string // names of more inputs; $DIR is the folder
		here             bool
		reason           string
	}{
		"none": {module: ".globl x"},
		"relative": {
			module: `.incbin "data/x"`,
			files:  map[string]string{"data/x": "1"},
			want:   []string{"data/x"},
		},
		"dot": {module: `.incbin "./x"`, files: map[string]string{"x": "1"}, want: []string{"x"}},
		"twice": {
			module: `.incbin "./x"; .incbin "x"`,
			files:  map[string]string{"x": "1"},
			want:   []string{"x"},
		},
		"absolute": {
			module: `.incbin "$DIR/x"`,
			files:  map[string]string{"x": "1"},
			want:   []string{"c/00000"},
			here:   true,
		},
		"both": {
			module: `.incbin "y"; .incbin "$DIR/x"`,
			files:  map[string]string{"x": "1", "y": "2"},
			want:   []string{"c/00001", "y"},
			here:   true,
		},
		"in an import": {imported: `.include "x"`, files: map[string]string{"x": "nop"}, want: []string{"x"}},
		"a chain": {
			module: `.include "x"`,
			files:  map[string]string{"x": `.include "y"`, "y": `.incbin "z"`, "z": `.incbin "no"`},
			want:   []string{"x", "y", "z"},
		},
		"a circle": {
			module: `.include "x"`,
			files:  map[string]string{"x": `.include "x"`},
			want:   []string{"x"},
		},
		"data and text": {
			module: `.incbin "x"; .include "x"`,
			files:  map[string]string{"x": `.incbin "y"`, "y": ""},
			want:   []string{"x", "y"},
		},
		"declared": {
			module: `.incbin "x"`,
			files:  map[string]string{"x": "1"},
			extra:  []string{"x"},
			want:   []string{"x"},
		},
		"declared, absolute": {
			module: `.incbin "$DIR/x"`,
			files:  map[string]string{"x": "1"},
			extra:  []string{"$DIR/x"},
			want:   []string{"c/00000", "c/00001"},
			here:   true,
		},
		"through a link": {
			module: `.incbin "link"`,
			files:  map[string]string{"link": "-> x", "x": "1"},
			want:   []string{"link"},
		},

		"up": {
			module: `.incbin "d/../x"`,
			files:  map[string]string{"x": "1", "d/y": "2"},
			reason: noPlace,
		},
		"out":               {module: `.incbin "../../../../../../dev/null"`, reason: unread},
		"the module's name": {module: `.incbin "m.o"`, files: map[string]string{"m.o": "1"}, reason: taken},
		"an import's name": {
			module: `.incbin "i00007.o"`,
			files:  map[string]string{"i00007.o": "1"},
			reason: taken,
		},
		"an input's folder":  {module: `.incbin "c/x"`, files: map[string]string{"c/x": "1"}, reason: taken},
		"the inputs' folder": {module: `.incbin "c"`, files: map[string]string{"c": "1"}, reason: taken},
		"the compiler's": {
			module: `.incbin "toolchain/bin/x"`,
			files:  map[string]string{"toolchain/bin/x": "1"},
			reason: taken,
		},
		"missing":     {module: `.incbin "x"`, reason: unread},
		"a folder":    {module: `.incbin "d"`, files: map[string]string{"d/x": ""}, reason: unread},
		"a device":    {module: `.incbin "/dev/null"`, reason: unread},
		"a process's": {module: `.incbin "/proc/sys/kernel/ostype"`, reason: "in main.o "},
		"a link to it": {
			module: `.incbin "$DIR/link"`,
			files:  map[string]string{"link": "-> /proc/self/cmdline"},
			reason: "in main.o ",
		},
		"a relative link to it": {
			module: `.incbin "link"`,
			files:  map[string]string{"link": "-> /proc/sys/kernel/ostype"},
			reason: "in main.o ",
		},
		"through a process's folder": {
			module: `.incbin "cwd/x"`,
			files:  map[string]string{"cwd": "-> /proc/self/cwd", "x": "1"},
			reason: "cwd/x, which may be another file to each process",
		},
		"in a process's folder": {
			module: `.incbin "/proc/self/cwd/x"`,
			files:  map[string]string{"x": "1"},
			reason: "/proc/self/cwd/x, which may be another file to each process",
		},
		"of the kernel": {module: `.incbin "/sys/kernel/uevent_seqnum"`, reason: "in main.o "},
		"a macro":       {module: ".macro m a\n.\\a \"x\"\n.endm", reason: "in main.o may read files"},
		"an import's macro": {
			module:   ".macro m a\n\\a \"y\"\n.endm",
			imported: `m .incbin "x"`,
			reason:   "may read files",
		},
		"an included macro": {
			module: `.include "x"`,
			files:  map[string]string{"x": ".irp a, inc\n.\\a\\()lude \"y\"\n.endr"},
			reason: "may read files",
		},
		"damaged":             {module: "BC\xc0\xde\x35\x14\x00\x00rubbish", reason: "main.o: bitcode: "},
		"an import's damaged": {imported: "BC\xc0\xde\x35\x14\x00\x00rubbish", reason: bPath + ": bitcode: "},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			dir, err := os.Getwd()
			if err != nil {
				t.Fatal(err)
			}
			here := func(text string) string { return strings.ReplaceAll(text, "$DIR", dir) }
			f.write(modulePath, here(tc.module))
			f.write(bPath, here(tc.imported))
			for path, content := range tc.files {
				if target, link := strings.CutPrefix(content, "-> "); link {
					if err := os.Symlink(target, path); err != nil {
						t.Fatal(err)
					}
					continue
				}
				f.write(path, content)
			}
			for _, path := range tc.extra {
				f.opts.ExtraInputs = append(f.opts.ExtraInputs, here(path))
			}
			a, err := f.buildScanned()
			if tc.reason != "" {
				why, ok := errors.AsType[*action.Uncacheable](err)
				if !ok || !strings.Contains(why.Reason, tc.reason) {
					t.Fatalf("%v, want %q", err, tc.reason)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, in := range a.Inputs {
				if !slices.Contains([]string{"m.o", "m.thinlto.bc", "i00000.o", "i00001.o"}, in.Name) {
					got = append(got, in.Name)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, tc.want) || a.Here != tc.here {
				t.Errorf("%q, here %v, want %q, %v", got, a.Here, tc.want, tc.here)
			}
			for path, content := range tc.files {
				if len(tc.want) == 0 || strings.HasPrefix(content, "-> ") {
					continue
				}
				f.write(path, content+"\n")
				if other, err := f.buildScanned(); err == nil && other.Digest == a.Digest {
					t.Errorf("the same key after a change of %s", path)
				}
				f.write(path, content)
			}
		})
	}
}
