package depfile_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"thinrex/go/compile/depfile"
)

func TestParse(t *testing.T) {
	for name, test := range map[string]struct {
		data, source string
		want         []string // nil for an error
	}{
		"lines":              {"a.o: a.c b.h \\\n  c.h\n", "a.c", []string{"a.c", "b.h", "c.h"}},
		"phony rules":        {"a.o: a.c b.h\n\nb.h:\n", "a.c", []string{"a.c", "b.h"}},
		"escapes":            {"a.o: a.c b\\ c.h d$$e.h f\\#g.h\n", "a.c", []string{"a.c", "b c.h", "d$e.h", "f#g.h"}},
		"a dot in front":     {"a.o: ././/a.c\n", "./a.c", []string{"a.c"}},
		"a colon in targets": {"a: b:c.o: a.c\n", "a.c", []string{"a.c"}},
		"a colon in a name":  {"a.o: a.c b:c.h\n", "a.c", []string{"a.c", "b:c.h"}},
		"a colon at the end": {"a.o: a.c b: c.h\n", "a.c", []string{"a.c", "b:", "c.h"}},
		"targets with some":  {"a: b: c.o: a.c d:\n", "a.c", []string{"a.c", "d:"}},
		"too many":           {"a.o: a.c" + strings.Repeat(" b:", 100_000) + "\n", "a.c", nil},
		"another source":     {"a.o: b.c\n", "a.c", nil},
		"a variable":         {"a.o: a.c $(X)\n", "a.c", nil},
		"a tab":              {"a.o: a.c\tb.h\n", "a.c", nil},
		"a backslash":        {"a.o: a.c b\\c.h\n", "a.c", nil},
		"nothing":            {"", "a.c", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := depfile.Parse([]byte(test.data), test.source)
			if !slices.Equal(got, test.want) || (err == nil) != (test.want != nil) {
				t.Errorf("%q, %v; want %q", got, err, test.want)
			}
		})
	}
}

// Clang drops the first slash of absolute names.
func TestParseGraph(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := errors.Join(os.Symlink("/etc", "etc"), os.Mkdir("usr", 0o700), os.Mkdir("d", 0o700),
		os.WriteFile("d/h.h", nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for label, want := range map[string][]string{
		"bin/sh":      {"/bin/sh"},
		"d/h.h":       {"d/h.h"},
		"etc/passwd":  {"etc/passwd", "/etc/passwd"}, // one file
		"usr":         nil,                           // another one
		"/etc/passwd": {"/etc/passwd"},
		"absent.h":    nil,
		`a\"b.h`:      nil,
	} {
		got, err := depfile.ParseGraph([]byte("digraph \"dependencies\" {\n" +
			"  header_0 [ shape=\"box\", label=\"" + label + "\"];\n  header_0 -> header_1;\n}\n"))
		if !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%s: %q, %v; want %q", label, got, err, want)
		}
	}
}

func TestWrite(t *testing.T) {
	long := strings.Repeat("x", 70)
	got := string(depfile.Write([]string{"a.o", depfile.QuoteTarget(`b c$\ #`)}, []string{"a.c", long, "b c.h"},
		[]string{"b c.h"}))
	if want := "a.o b\\ c$$\\\\\\ \\#: a.c \\\n  " + long + " \\\n  b\\ c.h\nb\\ c.h:\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A list that is understood names the source, and is written as it was read.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"m.d: a.c b\\ c.h \\\n $$d.h\n\nb\\ c.h:\n", "m.d:a.c\n",
		"digraph \"dependencies\" {\n  header_0 [ shape=\"box\", label=\"etc/passwd\"];\n}\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		names, err := depfile.Parse(data, "a.c")
		if err == nil && !slices.Contains(names, "a.c") {
			t.Errorf("accepted a depfile without the source: %q", names)
		}
		if err == nil && !slices.ContainsFunc(names, unusual) {
			again, err := depfile.Parse(depfile.Write([]string{"m.o"}, names, names), "a.c")
			if err != nil || !slices.Equal(again, names) {
				t.Errorf("%q became %q: %v", names, again, err)
			}
		}
		if names, err := depfile.ParseGraph(data); err == nil && slices.Contains(names, "") {
			t.Errorf("accepted a graph with a file without a name: %q", names)
		}
	})
}

// unusual are names that clang writes, but doesn't mean: Parse refuses them
// where it can tell.
func unusual(name string) bool { return name == "" || strings.ContainsAny(name, "\\\t\n:") }
