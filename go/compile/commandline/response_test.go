package commandline_test

import (
	"slices"
	"strings"
	"testing"

	"thinrex/go/clang"
	"thinrex/go/compile/commandline"
)

func TestSplit(t *testing.T) {
	for line, want := range map[string][]string{
		"-O2 '-DX=\"a b\"'\ta\\ b\r\n\"c\\\"d\"": {"-O2", `-DX="a b"`, "a b", `c"d`},
		"'' \"\"":                                {"", ""},
		"a'b'\"c\"d \\":                          {"abcd", `\`},
		"'open":                                  {"open"},
		"":                                       nil,
	} {
		if got := clang.Split(line); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

func TestResponseFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, map[string]string{
		"rsp":  "-O2 '-DLEVEL=2' '' @rsp2",
		"rsp2": "\xef\xbb\xbf-DT",
		"wide": "\xff\xfe-\x00O\x002\x00",
		"big":  "\xfe\xff\x00-\x00O\x002",
	})
	for file, want := range map[string]string{"@rsp": "-O2 -DLEVEL=2 -DT", "@wide": "-O2", "@big": "-O2"} {
		in := parse(t, file, commandline.Options{})
		if got := strings.Join(in.Args, " "); got != want+" -flto=thin -c a.c" {
			t.Errorf("%s: %s", file, got)
		}
	}
}

// A response file that LLVM doesn't take for text is refused.
func TestDamagedResponseFile(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, map[string]string{"odd": "\xff\xfe-\x00O", "surrogate": "\xff\xfe-\x00\x00\xd8"})
	for _, file := range []string{"@odd", "@surrogate"} {
		_, err := commandline.Parse("clang", []string{file, "-flto=thin", "-c", "a.c"}, commandline.Options{})
		if err == nil || !strings.Contains(err.Error(), file[1:]+": it isn't valid UTF-16") {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// Response files that name each other make a command whose length isn't bounded
// by theirs: each is read as often as it is named.
func TestResponseFilesWithoutEnd(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, map[string]string{
		"self": "-O2 @self", "one": "@two", "two": "@one", "empty": "",
		"wide1": strings.Repeat("@wide2 ", 500),
		"wide2": strings.Repeat("@wide3 ", 500),
		"wide3": strings.Repeat("@empty ", 500),
		"long1": strings.Repeat("@long2 ", 200), "long2": strings.Repeat(" ", 1<<20),
	})
	for file, reason := range map[string]string{
		"@self":  "nested more than 10 deep",
		"@one":   "nested more than 10 deep",
		"@wide1": "too often",
		"@long1": "too often",
	} {
		_, err := commandline.Parse("clang", []string{file, "-flto=thin", "-c", "a.c"}, commandline.Options{})
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v, want %q", file, err, reason)
		}
	}
}

// Any text can be a response file. What is split is split, and a macro is never
// overlooked.
func FuzzArguments(f *testing.F) {
	for _, seed := range []string{
		`-O2 '-DX="a b"' a\ b "c\"d" ''`,
		"\xff\xfe-\x00O\x00", "\xfe\xff\x00-", "-flto=thin -c a.c -D X -MD -MF a.d -Iinc", "-x c++ -D",
		`"/usr/bin/clang" -cc1 "-fsanitize-system-ignorelist=a b\"c"`,
		"-- a.c", "-Xclang -fthin-link-bitcode=x -ftime-trace=y",
		`-flto=thin -c a.c '-D/*\\'`, // a backslash, and a comment that it would carry into the next macro
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words := clang.Split(line)
		if again := clang.Split(quoted(words)); !slices.Equal(again, words) {
			t.Errorf("%q became %q", words, again)
		}
		if slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, "@") }) {
			return // which may be any file of this machine
		}
		o := commandline.Options{BaseDir: "/work", Dir: "/work/build"}
		if in, err := commandline.Parse("clang", words, o); err == nil && (in.Source == "" || in.Object == "" ||
			!slices.Contains(in.Args, in.Source)) {
			t.Errorf("%q: %+v", words, in)
		}
		// -w may become the value of what stands before.
		if _, err := commandline.Parse("clang", slices.Concat(words, []string{"-w", "-DT=__TIME__"}), o); err == nil {
			t.Errorf("%q: a macro behind them is overlooked", words)
		}
	})
}

// quoted quotes each byte of each word.
func quoted(words []string) string {
	var s strings.Builder
	for _, word := range words {
		s.WriteString("''")
		for i := range len(word) {
			s.WriteString(`\` + word[i:i+1])
		}
		s.WriteByte('\n')
	}
	return s.String()
}
