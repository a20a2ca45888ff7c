package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"thinrex/go/cmd/thinrex/settings"
	"thinrex/go/option"
)

// manPages has thinrex man write all pages, and returns them by name.
func manPages(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	if err := execute(t.Context(), start{}, []string{"man", dir}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		pages[entry.Name()] = string(data)
	}
	return pages
}

// Each command that --help lists has a page, which says what the command does and names
// the other pages. The program has one, too.
func TestManPages(t *testing.T) {
	pages := manPages(t)
	commands := map[string]string{"thinrex.1": newRoot(start{}).Short}
	for _, cmd := range newRoot(start{}).Commands() {
		if cmd.IsAvailableCommand() {
			commands["thinrex-"+cmd.Name()+".1"] = cmd.Short
		}
	}
	for name, short := range commands {
		page := pages[name]
		if !strings.Contains(page, troff.Replace(short)) {
			t.Errorf("%s doesn't say %q:\n%s", name, short, page)
		}
		for other := range commands {
			reference := troff.Replace(strings.TrimSuffix(other, ".1")) + "(1)"
			if other != name && !strings.Contains(page, reference) {
				t.Errorf("%s doesn't name %s", name, reference)
			}
		}
	}
	if len(pages) != len(commands) {
		t.Errorf("%d pages for %d commands", len(pages), len(commands))
	}
}

// The pages of thinrex and of thinrex cc have each option once, the second one without
// those for links.
func TestManPagesListOptions(t *testing.T) {
	pages := manPages(t)
	for _, row := range new(settings.Settings).Rows() {
		flag := regexp.MustCompile(`(?m)^\.BI? "` + regexp.QuoteMeta(troff.Replace("--"+row.Name)) + `\b`)
		for name, want := range map[string]int{"thinrex.1": 1, "thinrex-cc.1": 1, "thinrex-du.1": 0} {
			if name == "thinrex-cc.1" && row.Phase == option.LinkOnly {
				want = 0
			}
			if n := len(flag.FindAllString(pages[name], -1)); n != want {
				t.Errorf("%s has --%s %d times, want %d", name, row.Name, n, want)
			}
		}
	}
}

// Text prints as it stands: troff takes a line that begins with a dot for a request, and a
// backslash for the beginning of an escape.
func TestManPageText(t *testing.T) {
	var p page
	p.text("one\n.two \\n\n\n  verbatim's -x\n\nthree")
	const want = "one\n\\&.two \\en\n.PP\n.PP\n.nf\n  verbatim\\(aqs \\-x\n.PP\n.fi\nthree\n"
	if got := p.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Each shell gets a script of its own, and no other name is one.
func TestCompletionScripts(t *testing.T) {
	scripts := map[string]string{}
	for _, shell := range shells {
		var out bytes.Buffer
		root := newRoot(start{})
		root.SetOut(&out)
		root.SetArgs([]string{"completion", shell})
		if err := root.Execute(); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), "thinrex") {
			t.Errorf("%s: %q", shell, out.String())
		}
		scripts[out.String()] = shell
	}
	if len(scripts) != len(shells) {
		t.Errorf("only %d shells of %d have a script of their own", len(scripts), len(shells))
	}
	for _, args := range [][]string{{"completion", "csh"}, {"completion"}, {"completion", "bash", "zsh"}} {
		if code := exitCode(t.Context(), execute(t.Context(), start{}, args)); code != exitUsage {
			t.Errorf("%q: exit code %d, want %d", args, code, exitUsage)
		}
	}
}

// A shell that asks what may come next gets commands, the values of an argument, and
// those of a flag.
func TestCompletions(t *testing.T) {
	for question, want := range map[string]string{
		"pr":             "prune\t",
		"completion ":    "fish\n",
		"flags --for cl": "clang\n",
		"du --jso":       "--json\t",

		"stats --format o":  "openmetrics\n",
		"stats --format=op": "openmetrics\n",

		"du --exec_strategy rem": "remote\n",
	} {
		var out bytes.Buffer
		root := newRoot(start{})
		root.SetOut(&out)
		root.SetErr(&bytes.Buffer{})
		root.SetArgs(append([]string{"__complete"}, strings.Split(question, " ")...))
		if err := root.Execute(); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains("\n"+out.String(), "\n"+want) {
			t.Errorf("thinrex %s: %q, want %q", question, out.String(), want)
		}
	}
}
