//go:build linux

package searchpath_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"thinrex/go/compile/cppscan"
	"thinrex/go/compile/searchpath"
	"thinrex/go/host/filedigest"
	"thinrex/go/host/memo"
)

// A compilation is one that has read files, and what it was told to include.
type compilation struct {
	searchpath.SearchPath
	read, forced []string
	began        searchpath.Moment
	shadowed     bool
	complete     bool
}

func (c *compilation) begin(t testing.TB) {
	t.Helper()
	began, err := c.Begin(t.TempDir(), time.Now(), append(c.read[:1:1], c.forced...))
	if err != nil {
		t.Fatal(err)
	}
	c.began = began
}

func (c *compilation) end(t testing.TB) (conditions, more []string, err error) {
	t.Helper()
	var sources []cppscan.Source
	stats := make([]memo.Fingerprint, len(c.read))
	for i, name := range c.read {
		f, data, err := filedigest.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, cppscan.Scan(data))
		if !f.Link {
			stats[i] = f.Stat
		}
	}
	names, conditions, err := c.Conditions(t.Context(), c.began, searchpath.Reading{
		Files:    c.read,
		Stats:    stats,
		Sources:  sources,
		Forced:   c.forced,
		Complete: c.complete,
		Shadowed: c.shadowed,
	})
	more = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(c.read, name) })
	return conditions, more, err
}

// A name that appears changes what is read, without a change of any file that
// was. These are all conditions: what isn't among them doesn't matter.
func TestConditions(t *testing.T) {
	for name, test := range map[string]struct {
		files  map[string]string
		quote  string
		angle  string
		read   string
		forced string
		want   string
		more   string // names of files that were read
	}{
		"earlier on the path": {files: map[string]string{"a.c": "#include <x.h>", "one/y": "", "two/x.h": ""},
			angle: "one two", read: "a.c two/x.h", want: "Aone/x.h"},
		"first on the path": {files: map[string]string{"a.c": "#include <x.h>", "one/x.h": "", "two/y": ""},
			angle: "one two", read: "a.c one/x.h"},
		"a folder isn't there": {files: map[string]string{"a.c": "#include <s/x.h>", "two/s/x.h": ""}, angle: "one two",
			read: "a.c two/s/x.h", want: "Aone"},
		"a folder below": {files: map[string]string{"a.c": "#include <s/x.h>", "one/y": "", "two/s/x.h": ""},
			angle: "one two", read: "a.c two/s/x.h", want: "Aone/s"},
		"like GCC's": {files: map[string]string{"a.c": "#include <x.h>", "one/y": "", "two/x.h": "", "g/12/z": ""},
			angle: "g/12/../../one two", read: "a.c two/x.h", want: "Ag/12/../../one/x.h"},
		"beside the source": {files: map[string]string{"s/a.c": "#include \"x.h\"", "two/x.h": ""}, angle: "two",
			read: "s/a.c two/x.h", want: "As/x.h"},
		"quote folder": {files: map[string]string{"a.c": "#include \"x.h\"", "q/y": "", "two/x.h": ""}, quote: "q",
			angle: "two", read: "a.c two/x.h", want: "Aq/x.h Ax.h"},
		"include_next": {files: map[string]string{"a.c": "#include <x.h>", "one/x.h": "#include_next <x.h>",
			"two/y": "", "three/x.h": ""}, angle: "one two three", read: "a.c one/x.h three/x.h", want: "Atwo/x.h"},
		"has_include": {files: map[string]string{"a.c": "#if __has_include(<o.h>)\n#endif", "one/y": "",
			"two/o.h": ""}, angle: "one two", read: "a.c", want: "Aone/o.h Ftwo/o.h"},
		"by a macro": {files: map[string]string{"a.c": "#include X", "one/y": "", "two/x.h": ""}, angle: "one two",
			read: "a.c two/x.h", want: "Aone/x.h Ax.h"},
		"forced": {files: map[string]string{"a.c": "", "one/x.h": ""}, angle: "one", read: "a.c one/x.h",
			forced: "x.h", want: "Aone/x.h.gch Aone/x.h.pch Ax.h Ax.h.gch Ax.h.pch"},
		"a folder by the name": {files: map[string]string{"a.c": "#include <x.h>", "one/x.h/y": "", "two/x.h": ""},
			angle: "one two", read: "a.c two/x.h", want: "Done/x.h"},
		"skipped": {files: map[string]string{"a.c": "#if 0\n#include <x.h>\n#endif", "one/y": "", "two/x.h": ""},
			angle: "one two", read: "a.c"},
		"by another name": {files: map[string]string{"a.c": "#include <x.h>", "one/y": "", "two/x.h": "", "l": "-> two"},
			angle: "one l", read: "a.c two/x.h", want: "Aone/x.h Tl\x00two"},
		"by both names": {files: map[string]string{"a.c": "#include <x.h>\n#include <y.h>", "one/z": "", "two/x.h": "",
			"two/y.h": "-> x.h"}, angle: "one two", read: "a.c two/x.h two/y.h", want: "Aone/x.h Aone/y.h"},
		"asked by another": {files: map[string]string{"a.c": "#if __has_include(<y.h>)\n#include <x.h>\n#endif",
			"one/z": "", "two/x.h": "", "two/y.h": "-> x.h"}, angle: "one two", read: "a.c two/x.h", want: "Aone/x.h Aone/y.h",
			more: "two/y.h"},
		"by a macro, too": {files: map[string]string{"s/a.c": "#include \"x.h\"\n#include X", "s/x.h": "", "one/y": "",
			"two/x.h": ""}, angle: "one two", read: "s/a.c s/x.h two/x.h", want: "Aone/x.h"},
		"next, by a macro": {files: map[string]string{"a.c": "#include <x.h>", "one/x.h": "#include_next X", "two/y": "",
			"three/x.h": ""}, angle: "one two three", read: "a.c one/x.h three/x.h", want: "Atwo/x.h"},
		"by a macro, quoted": {files: map[string]string{"s/a.c": "#include X", "q/y": "", "one/y": "", "two/x.h": ""},
			quote: "q two", angle: "one two three", read: "s/a.c two/x.h", want: "Aone/x.h Aq/x.h As/x.h"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			tree(t, test.files)
			c := &compilation{read: strings.Fields(test.read), forced: strings.Fields(test.forced)}
			c.Quote, c.Angle = strings.Fields(test.quote), strings.Fields(test.angle)
			c.begin(t)
			got, more, err := c.end(t)
			if !slices.Equal(more, strings.Fields(test.more)) {
				t.Errorf("more: %q, want %s", more, test.more)
			}
			if err != nil || !slices.Equal(got, strings.Fields(test.want)) {
				t.Errorf("%q, %v; want %s", got, err, test.want)
			}
			for _, condition := range got {
				if !searchpath.IsCondition(condition) {
					t.Errorf("%s isn't a condition", condition)
				}
			}
		})
	}
}

// Where the compiler warns of hidden headers, the places behind count, too.
func TestConditionsOfHidden(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		angle string
		read  string
		want  string
	}{
		"nothing there": {map[string]string{"a.c": "#include <x.h>", "one/x.h": "", "two/y": ""}, "one two three",
			"a.c one/x.h", "Athree Atwo/x.h"},
		"another header": {map[string]string{"a.c": "#include <x.h>", "one/x.h": "", "two/x.h": ""}, "one two",
			"a.c one/x.h", "Otwo/x.h\x00one/x.h"},
		"the same header": {map[string]string{"a.c": "#include <x.h>", "one/x.h": "", "two/x.h": "-> ../one/x.h"}, "one two",
			"a.c one/x.h", "Stwo/x.h\x00one/x.h"},
		"one by one": {map[string]string{"a.c": "#include <x.h>", "one/x.h": "", "two/x.h": "-> ../one/x.h", "three/x.h": ""},
			"one two three",
			"a.c one/x.h", "Othree/x.h\x00two/x.h Stwo/x.h\x00one/x.h"},
		"a folder": {map[string]string{"a.c": "#include <x.h>", "one/x.h": "", "two/x.h/y": ""}, "one two", "a.c one/x.h",
			"Dtwo/x.h"},
		"skipped": {map[string]string{"a.c": "#include <x.h>", "one/x.h": "", "two/y": ""}, "one two", "a.c", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			tree(t, test.files)
			c := &compilation{read: strings.Fields(test.read), shadowed: true}
			c.Angle = strings.Fields(test.angle)
			c.begin(t)
			got, _, err := c.end(t)
			if err != nil || !slices.Equal(got, strings.Fields(test.want)) {
				t.Errorf("%q, %v; want %q", got, err, test.want)
			}
		})
	}
}

func TestHold(t *testing.T) {
	t.Chdir(t.TempDir())
	tree(t, map[string]string{"file": "", "folder/x": "", "other": "", "link": "-> file", "loop": "-> loop"})
	for condition, want := range map[string]bool{
		"Aabsent": true, "Afile": false, "Afolder": false, "Ffile": true, "Fabsent": false, "Ffolder": false, "Dfolder": true,
		"Dabsent": true, "Dfile": false,
		"Oother\x00file": true, "Olink\x00file": false, "Oabsent\x00file": false, "Oother\x00absent": false,
		"Ofolder\x00file": false,
		"Slink\x00file":   true, "Sother\x00file": false, "Sabsent\x00absent": false, "Sfolder\x00folder": false,
		"Ofile": false,
		"Aloop": false, "Aloop/x": false, "Dloop": false, "Floop": false, "Afile/x": true,
		"A" + strings.Repeat("n", 300): true,
	} {
		if got := searchpath.Hold(t.Context(), []string{"Aabsent", condition}); got != want {
			t.Errorf("%s: %v", condition, got)
		}
	}
	for _, line := range []string{"", "A", "Nfile"} {
		if searchpath.IsCondition(line) {
			t.Errorf("%q is a condition", line)
		}
	}
}

// What can't be followed from names has no conditions.
func TestNoConditions(t *testing.T) {
	for name, test := range map[string]struct {
		files  map[string]string
		forced []string
		reason string
	}{
		"precompiled": {map[string]string{"a.c": "", "h.h": "", "h.h.gch/x": ""}, []string{"h.h"},
			"h.h.gch may be a precompiled header"},
		"backslash": {map[string]string{"a.c": "#include \"x\\y.h\"", `x\y.h`: ""}, nil,
			`x\y.h stands in depfiles with a slash`},
	} {
		t.Chdir(t.TempDir())
		tree(t, test.files)
		c := &compilation{read: []string{"a.c"}, forced: test.forced}
		c.begin(t)
		if got, _, err := c.end(t); err == nil || err.Error() != test.reason {
			t.Errorf("%s: %q, %v, want %q", name, got, err, test.reason)
		}
	}
}
