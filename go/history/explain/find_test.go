package explain_test

import (
	"strings"
	"testing"

	"thinrex/go/history"
)

// A name stands for a link, for modules or for a compilation.
func TestFind(t *testing.T) {
	w := newWorld(t)
	w.link("app", []module{{name: "old.o"}})
	w.link("bin/tool", []module{{name: "src/lexer.o"}, {name: "src/parser.o"}, {name: "lib/parser.o"}})
	w.link("app", []module{{name: "src/main.o"}, {name: "src/lexer.o"}, {name: "libx.a(src.o)"}})
	w.records.Compilations = func(string) []history.Compilation {
		return []history.Compilation{
			{Source: "../src/main.cc", Output: "src/main.o", Why: "first"},
			{Source: "../src/main.cc", Output: "src/main.o", Why: "last"},
			{Source: "../src/other.cc", Output: "src/other.o"},
		}
	}
	for name, want := range map[string]string{
		"app":            "link2",
		"tool":           "link1",
		"bin/tool":       "link1",
		"link0":          "link0",
		"main.o":         "link2 src/main.o",
		"./src/main.o":   "link2 src/main.o",
		"lexer.o":        "link2 src/lexer.o",
		"parser.o":       "link1 src/parser.o lib/parser.o",
		"src/parser.o":   "link1 src/parser.o",
		"pars":           "link1 src/parser.o lib/parser.o",
		"main.cc":        "../src/main.cc last",
		"../src/main.cc": "../src/main.cc last",
		"other.o":        "../src/other.cc ",
		"other":          "../src/other.cc ",
		"src.o":          "link2 libx.a(src.o)",
		"libx.a":         "link2 libx.a(src.o)",
		"old.o":          "", // not in the last link of app
		"nothing":        "",
	} {
		got := ""
		if m, ok := w.records.Find(name); ok && m.Compilation != nil {
			got = m.Compilation.Source + " " + m.Compilation.Why
		} else if ok {
			got = strings.Join(append([]string{m.Link.ID}, m.Modules...), " ")
		}
		if got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// A module is found in an earlier link of a program if the jobs of the last one aren't known.
func TestFindWithoutDetails(t *testing.T) {
	w := newWorld(t)
	w.link("app", []module{{name: "src/main.o"}})
	damaged := w.link("app", []module{{name: "src/main.o"}})
	delete(w.details, damaged.ID)
	w.link("app", nil) // it failed early
	if m, ok := w.records.Find("main.o"); !ok || m.Link.ID != "link0" {
		t.Errorf("%+v, %v", m, ok)
	}
}

// For a name that nothing has, there are the last links and the name that is most like it.
func TestKnown(t *testing.T) {
	w := newWorld(t)
	w.link("app", []module{{name: "src/main.o"}})
	w.link("tool", []module{{name: "src/parser.o"}})
	w.link("app", []module{{name: "src/main.o"}})
	w.records.Compilations = func(string) []history.Compilation { return []history.Compilation{{Source: "a.cc"}, {}} }
	var names []string
	known := w.records.Known("x/parsr.o", func(name string, among []string) string {
		names = append([]string{name + ":"}, among...)
		return "parser.o"
	})
	if got := strings.Join(names, " "); got != "parsr.o: a.cc app main.o parser.o tool" {
		t.Error(got)
	}
	if len(known.Links) != 2 || known.Links[0].ID != "link2" || known.Links[1].ID != "link1" || known.Near != "parser.o" {
		t.Errorf("%+v", known)
	}
}
