package clang

import (
	"math/bits"
	"strings"
	"testing"
)

// Each row makes sense by itself, and no option has two.
func TestOptionRows(t *testing.T) {
	const (
		kinds = ReadsFile | ReadsProfile | ReadsHeader | SearchesFolder | WritesOutput
		debug = NoDebug | LineDirectives | FullDebug | SplitToFile | SplitInObject | NoSplit
	)
	seen := map[string]bool{}
	for o := range Options() {
		atMostOne := func(facts Facts) bool { return bits.OnesCount64(uint64(o.Facts&facts)) <= 1 }
		open := strings.HasSuffix(o.Name, "*")
		for rule, kept := range map[string]bool{
			"a name begins with -": strings.HasPrefix(o.Name, "-") &&
				!strings.ContainsAny(o.Name, " \t"),
			"an option has one row":                      !seen[o.Name],
			"* says how the name goes on, and only *":    open == (o.Given == Anything || o.Given == Letters),
			"an option is given somehow":                 o.Given != 0 && o.Given != No,
			"only -f has -fno-":                          o.Given&No == 0 || strings.HasPrefix(o.Name, "-f"),
			"alone or with the next argument, not both":  o.Given&Alone == 0 || o.Given&Separate == 0,
			"a value is one kind of file":                atMostOne(kinds),
			"an option asks for one backend output":      atMostOne(SplitToFile | RemarksYAML | RemarksBitcode),
			"an option asks for one kind of bitcode":     atMostOne(ThinLTO | OtherLTO),
			"an option sets debug information one way":   atMostOne(debug),
			"what names no file reads none":              !o.Is(NamesNoFile) || !o.Is(ReadsFile|ReadsProfile),
			"what runs or writes more is refused by one": !o.Is(RunsOther|WritesMore) || o.Is(NeverCached),
			"a processor isn't the name of a file":       !o.Is(Native) || o.Is(NamesNoFile) && o.Given == Equals,
			"only a read file can be missed by a link":   !o.Is(NotFoundInLinks) || o.Is(ReadsFile|ReadsProfile),
			"a value without an = has no default file":   !o.Is(ReadsProfile) || o.Given == Alone|Equals,
		} {
			if !kept {
				t.Errorf("%s: %s", o.Name, rule)
			}
		}
		seen[o.Name] = true
	}
}

// FindOption returns the fitting row with the longest name.
func TestFindOption(t *testing.T) {
	for _, test := range []struct {
		arg, name string
		given     Form
		value     string
	}{
		{"-fasm-blocks", "-fasm-blocks", Alone, ""},
		{"-fno-asm-blocks", "-fasm-blocks", Alone, ""},
		{"-fasm-blocks=x", "", 0, ""},
		{"-faligned-new=8", "-faligned-new", Equals, "8"},
		{"-fno-profile-use", "", 0, ""},
		{"-fno-builtin", "-fbuiltin", Alone, ""},
		{"-fno-builtin-memcpy", "-fno-builtin-*", Alone, ""},
		{"-DX=1", "-D", Joined, "X=1"},
		{"-D", "-D", Separate, ""},
		{"-isystemx", "-isystem", Joined, "x"},
		{"-isystem-after", "-isystem-after", Separate, ""},
		{"--sysroot=", "--sysroot", Equals, ""},
		{"--sysrootx", "", 0, ""},
		{"-flto=thin", "-flto=thin", Alone, ""},
		{"-flto=thinner", "-flto", Equals, "thinner"},
		{"-gsplit-dwarf=other", "-g*", Alone, ""},
		{"-ftime-trace=x", "-ftime-trace", Equals, "x"},
		{"-ftime-tracer", "-ftime-trace*", Alone, ""},
		{"-mavx2", "-m*", Alone, ""},
		{"-mx=y", "", 0, ""},
		{"-mllvm", "-mllvm", Separate, ""},
		{"-newoption", "", 0, ""},
		{"a.c", "", 0, ""},
		{"-", "", 0, ""},
		{"", "", 0, ""},
	} {
		o, given, value := FindOption(test.arg)
		if o.Name != test.name || given != test.given || value != test.value {
			t.Errorf("%q: %q %b %q, want %q %b %q", test.arg, o.Name, given, value, test.name, test.given, test.value)
		}
	}
}
