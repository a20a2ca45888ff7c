//go:build linux

package compile_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// Headers that include each other by names which grow at each turn end the
// search for their other names, and a change of any of them, or of a link on the
// way, is still noticed.
func TestCircularHeaders(t *testing.T) {
	const once = "#pragma once\n"
	replaced := func(name, target string) func(*project) {
		return func(p *project) {
			if err := os.Remove(name); err != nil {
				p.Fatal(err)
			}
			p.write(map[string]string{name: target})
		}
	}
	wrote := func(name, content string) func(*project) {
		return func(p *project) { p.write(map[string]string{name: content}) }
	}
	for name, test := range map[string]struct {
		files   map[string]string
		args    []string
		changes []func(*project)
	}{
		"a link to its own folder": {
			files: map[string]string{
				"a.c": "#include \"d/x.h\"\nint v = X + Y;\n", "d/l": "-> .", "d/x.h": once + "#include \"l/y.h\"\n#define X 1\n",
				"d/y.h": once + "#include \"l/x.h\"\n#define Y 1\n", "e/x.h": once + "#define X 3\n",
				"e/y.h": once + "#define X 1\n#define Y 4\n",
			},
			changes: []func(*project){
				wrote("d/y.h", once+"#include \"l/x.h\"\n#define Y 2\n"),
				replaced("d/l", "-> ../e"),
				replaced("d/l", "-> ."),
				wrote("d/x.h", once+"#include \"l/y.h\"\n#define X 2\n"),
			},
		},
		"links between two folders": {
			files: map[string]string{
				"a.c": "#include \"d/x.h\"\nint v = X + Y;\n", "d/e": "-> ../e", "e/d": "-> ../d",
				"d/x.h": "#ifndef X\n#define X 1\n#include \"e/y.h\"\n#endif\n",
				"e/y.h": "#ifndef Y\n#define Y 1\n#include \"d/x.h\"\n#endif\n",
				"f/y.h": "#define Y 7\n",
			},
			changes: []func(*project){
				wrote("e/y.h", "#define Y 2\n"), replaced("d/e", "-> ../f"),
			},
		},
		"hard links, up and down": {
			files: map[string]string{
				"a.c":   "#include \"d/x.h\"\nint v = X;\n",
				"d/x.h": once + "#define X 1\n#include \"../d/../d/z.h\"\n#include \"./../d/x.h\"\n",
			},
			changes: []func(*project){
				replaced("d/z.h", once+"#undef X\n#define X 5\n"),
				wrote("d/x.h", once+"#define X 6\n#include \"../d/z.h\"\n"),
			},
		},
		"system headers, and only others listed": {
			files: map[string]string{
				"a.c": "#include <d/x.h>\nint v = X + Y;\n", "s/d/x.h": "#ifndef X\n#define X 1\n#include \"../d/y.h\"\n#endif\n",
				"s/d/y.h": "#ifndef Y\n#define Y 1\n#include \"../d/./x.h\"\n#endif\n",
			},
			args:    []string{"-MMD", "-isystem", "s"},
			changes: []func(*project){wrote("s/d/y.h", "#define Y 2\n"), wrote("s/d/y.h", "#define Y 1\n")},
		},
		"a system header read twice by two names": {
			files: map[string]string{
				"a.c":     "#include <d/list.h>\n#include <l/list.h>\nint v = N;\n",
				"s/l":     "-> d",
				"s/e/n.h": "#undef N\n#define N 9\n", "s/e/list.h": "#include \"n.h\"\n",
				"s/d/list.h": "#include \"n.h\"\n", "s/d/n.h": "#undef N\n#define N 1\n",
			},
			args:    []string{"-MMD", "-isystem", "s"},
			changes: []func(*project){replaced("s/l", "-> e"), wrote("s/d/n.h", "#define N 3\n")},
		},
		"system headers by a macro": {
			files: map[string]string{
				"a.c": "#define H <d/x.h>\n#include H\nint v = X;\n", "s/d/x.h": once + "#include \"../d/../d/y.h\"\n#define X Y\n",
				"s/d/y.h": once + "#include \"./../d/x.h\"\n#define Y 1\n",
			},
			args:    []string{"-MMD", "-isystem", "s"},
			changes: []func(*project){wrote("s/d/y.h", once+"#define Y 2\n")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, test.files)
			if strings.HasPrefix(name, "hard links") {
				if err := os.Link("d/x.h", "d/z.h"); err != nil {
					t.Fatal(err)
				}
			}
			args := append([]string{"-flto=thin", "-O1", "-w", "-c", "a.c"}, test.args...)
			p.want("compiled", args...)
			p.want("hit", args...)
			for _, change := range test.changes {
				change(p)
				p.want("", args...) // compares with the compiler's own
				p.want("hit", args...)
			}
		})
	}
}

// Thousands of headers, each of which includes the next one by a longer name.
func TestDeepGraph(t *testing.T) {
	const depth, wide = 120, 12 // the compiler takes a depth of 200
	files := map[string]string{"a.c": "#include \"d0/h.h\"\nint v = X;\n"}
	for i := range depth {
		var text strings.Builder
		for j := range wide {
			fmt.Fprintf(&text, "#include \"../d%d/./%d.h\"\n", i, j)
			files[fmt.Sprintf("d%d/%d.h", i, j)] = "#pragma once\n#include \"../d0/h.h\"\n"
		}
		files[fmt.Sprintf("d%d/h.h", i)] = fmt.Sprintf("#pragma once\n#include \"../d%d/h.h\"\n%s", i+1, text.String())
	}
	files[fmt.Sprintf("d%d/h.h", depth)] = "#define X 1\n"
	p := newProject(t, files)
	args := []string{"-flto=thin", "-c", "a.c"}
	p.want("compiled", args...)
	p.want("hit", args...)
	p.write(map[string]string{fmt.Sprintf("d%d/h.h", depth): "#define X 2\n"})
	p.want("compiled", args...)
}
