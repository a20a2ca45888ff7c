//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const second = time.Second

var measured = table{
	{
		name:    "quick",
		cold:    []pair{{second, 3 * second}, {2 * second, 2 * second}},
		changed: []pair{{4 * second, 5 * second}},
		hit:     []time.Duration{7 * time.Millisecond},
		touched: []time.Duration{8 * time.Millisecond},
	},
	{name: "strange", reason: "it asks the moon", cold: []pair{{second, second}}},
}

// A row has the fastest times, or why the library isn't cached; the summary names the worst one.
func TestTable(t *testing.T) {
	for _, want := range []string{
		"| quick | 1.00 s | 2.00× | 7 ms | 8 ms | 1.25× |",
		"| strange | 1.00 s | 1.00× | not cached: it asks the moon | | |",
		"| ≤ 1.10× | 2.00× (quick) |",
		"| ≥ 95 % | 50 % (1 of 2) |",
	} {
		if got := measured.String(); !strings.Contains(got, want+"\n") {
			t.Errorf("no line %s in\n%s", want, got)
		}
	}
}

// A table replaces the one of an earlier run, and nothing else.
func TestPutInto(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.md")
	for _, old := range []string{"", "\n| an old | row |\n\n"} {
		if err := os.WriteFile(path, []byte("# Page\n"+begin+old+end+"more\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := measured.putInto(path); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if want := "# Page\n" + begin + "\n" + measured.String() + "\n" + end + "more\n"; err != nil || string(got) != want {
			t.Errorf("%v:\n%s", err, got)
		}
	}
	if err := os.WriteFile(path, []byte("# Page\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := measured.putInto(path); err == nil {
		t.Error("a page without a place for the table is accepted")
	}
}

// The page has the place for the table.
func TestPageHasPlace(t *testing.T) {
	text, err := os.ReadFile("../../../docs/compile.md")
	if err != nil || !strings.Contains(string(text), begin) || !strings.Contains(string(text), end) {
		t.Errorf("%v: docs/compile.md has no place for the table", err)
	}
}
