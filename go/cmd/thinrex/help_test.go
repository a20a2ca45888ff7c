package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"thinrex/go/cmd/thinrex/settings"
	"thinrex/go/option"
)

// help returns what a command prints with --help.
func help(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	root := newRoot(start{})
	root.SetOut(&out)
	root.SetArgs(append(args, "--help"))
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// --help lists each option once, under its group's heading, and the groups in
// their order. thinrex cc --help leaves out the options that thinrex cc refuses.
func TestHelpListsEachOption(t *testing.T) {
	for _, command := range []string{"", "cc"} {
		text := help(t, strings.Fields(command)...)
		var sections []string // one for each group
		rest := text
		for _, group := range option.Groups() {
			before, after, found := strings.Cut(rest, "\n"+string(group)+":\n")
			if !found {
				t.Fatalf("thinrex %s --help: no heading %q, or not after the others", command, group)
			}
			sections, rest = append(sections, before), after
		}
		sections = append(sections[1:], rest)
		for _, row := range new(settings.Settings).Rows() {
			flag := regexp.MustCompile(`(?m)^ +--` + row.Name + `\b`)
			want := 1
			if command == "cc" && row.Phase == option.LinkOnly {
				want = 0
			}
			if n := len(flag.FindAllString(text, -1)); n != want {
				t.Errorf("thinrex %s --help: --%s is listed %d times, want %d", command, row.Name, n, want)
			}
			for i, group := range option.Groups() {
				if listed := flag.MatchString(sections[i]); listed != (want == 1 && row.Group == group) {
					t.Errorf("thinrex %s --help: --%s listed under %q: %v", command, row.Name, group, listed)
				}
			}
		}
	}
}

// docs/options.md and --help list the same exit codes.
func TestExitCodesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../../docs/options.md")
	if err != nil {
		t.Fatal(err)
	}
	text := help(t)
	for _, code := range []string{"0", "1", "2", "3", "4", "126, 127", "128+N"} {
		if !strings.Contains(string(page), "\n| "+code+" | ") {
			t.Errorf("docs/options.md has no exit code %s", code)
		}
		if !strings.Contains(text, "\n  "+code+"  ") {
			t.Errorf("--help has no exit code %s", code)
		}
	}
}
