//go:build linux

package searchpath_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"thinrex/go/compile/cppscan"
	"thinrex/go/compile/searchpath"
	"thinrex/go/host/memo"
)

// An #include by a macro in each of many folders may have named each of many
// headers: what that depends on isn't kept, unless it is little.
func TestTooManyConditions(t *testing.T) {
	for _, test := range []struct {
		names, folders int
		refused        bool
	}{{400, 200, true}, {200, 3, false}} {
		t.Chdir(t.TempDir())
		c := &compilation{read: []string{"a.c"}, complete: true}
		files := map[string]string{"a.c": ""}
		for i := range test.names {
			name := fmt.Sprintf("d/%d.h", i)
			files[name], c.read = "", append(c.read, name)
		}
		for i := range test.folders {
			name := fmt.Sprintf("c%d/x.h", i)
			files[name], c.read = "#include X\n", append(c.read, name)
		}
		tree(t, files)
		c.Angle = []string{"d"}
		c.begin(t)
		conditions, _, err := c.end(t)
		if refused := err != nil && strings.Contains(err.Error(),
			"depends on more than"); refused != test.refused || !refused && err != nil {
			t.Errorf("%d names, %d folders: %d conditions, %v", test.names, test.folders, len(conditions), err)
		}
	}
}

// More links to one header than a compilation of its size may ask for.
func TestTooManyNames(t *testing.T) {
	t.Chdir(t.TempDir())
	files := map[string]string{"d/x.h": "", "a.c": "#include \"d/x.h\"\n"}
	for i := range 200 {
		files[fmt.Sprintf("d/l%d.h", i)] = "-> x.h"
		files["a.c"] += fmt.Sprintf("#include \"d/l%d.h\"\n", i)
	}
	tree(t, files)
	c := &compilation{read: []string{"a.c", "d/x.h"}}
	c.begin(t)
	if _, _, err := c.end(t); err == nil || !strings.HasSuffix(err.Error(),
		"other names of the files that were read are too many") {
		t.Errorf("%v", err)
	}
}

// A search that is stopped says so.
func TestStopped(t *testing.T) {
	t.Chdir(t.TempDir())
	tree(t, map[string]string{"a.c": "#include \"b.h\"\n", "b.h": ""})
	s := &searchpath.SearchPath{}
	began, err := s.Begin(t.TempDir(), time.Now(), []string{"a.c"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("a.c")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, _, err = s.Conditions(ctx, began,
		searchpath.Reading{
			Files:   []string{"a.c"},
			Stats:   make([]memo.Fingerprint, 1),
			Sources: []cppscan.Source{cppscan.Scan(text)},
		})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// The answer to a search counts only if the conditions could be looked at again:
// that may take as long as the search, and is stopped as well.
func TestStoppedAtLast(t *testing.T) {
	t.Chdir(t.TempDir())
	tree(t, map[string]string{"a.c": "#include <b.h>\n", "d/b.h": ""})
	c := &compilation{read: []string{"a.c", "d/b.h"}}
	c.Angle = []string{"absent", "d"}
	c.begin(t)
	conditions, _, err := c.end(t)
	if err != nil || len(conditions) == 0 || !searchpath.Hold(t.Context(), conditions) {
		t.Fatalf("%q, %v", conditions, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if searchpath.Hold(ctx, conditions) {
		t.Error("a search that was stopped has looked at all conditions")
	}
}
