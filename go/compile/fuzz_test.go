package compile

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Whatever a source begins with, what follows isn't overlooked.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		"#include <a.h>\n", "# /* \n */ import \"a\\\nb.h\" // x", "%:include_next<x>\r\n", "#define A(x) __has_include(<x>)\n",
		"#if defined(__has_include) && (__has_include(\"a.h\") || 1'000 > F(x))\n#endif /* __has_include */",
		"#define T (__has_include(<tbb/tbb.h>))\n", "struct __has_##x;", "asm(\".include x\");", "R\"(\n#if )\"", "/*\n */ #if '", "#line 3 \"/a\"\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := scanText(data)
		for _, l := range s.probes {
			if l.name == "" || strings.Contains(l.name, "\n") {
				t.Errorf("looks for %q", l.name)
			}
		}
		s = scanText(slices.Concat(data, []byte("\n#include <found.h>\n")))
		if s.reason == "" && !slices.ContainsFunc(s.probes, func(p probe) bool { return p.name == "found.h" }) {
			t.Errorf("an #include is overlooked")
		}
		if before := bytes.TrimRight(data, " \t\v\f\r\n\x00"); bytes.HasSuffix(before, []byte(`\`)) {
			return // the next line is a part of this one
		}
		if s = scanText(slices.Concat(data, []byte("\n#define H __has_include\n"))); s.reason == "" {
			t.Errorf("another name for __has_include is overlooked")
		}
	})
}

// The lists that compilations leave, and response files.
func FuzzLists(f *testing.F) {
	for _, seed := range []string{
		"m.d: a.c b\\ c.h \\\n $$d.h\n\nb\\ c.h:\n", "m.d:a.c\n", "digraph \"dependencies\" {\n  header_0 [ shape=\"box\", label=\"etc/passwd\"];\n}\n",
		manifestHeader + "\nNa.c\nNa.h\nAb.h\nFc.h\n\nNa.c\n\n", manifestHeader + "\n", `-O2 '-DX="a b"' a\ b "c\"d" ''`, "\xff\xfe-\x00O\x00", "\xfe\xff\x00-",
		`"/usr/bin/clang" -cc1 "-fsanitize-system-ignorelist=a b\"c"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if names, err := parseDepfile(data, "a.c"); err == nil && !slices.Contains(names, "a.c") {
			t.Errorf("accepted a depfile without the source: %q", names)
		}
		if names, err := parseDot(data); err == nil && slices.Contains(names, "") {
			t.Errorf("accepted a graph with a file without a name: %q", names)
		}
		if m, err := decodeManifest(data); err == nil {
			again, err := decodeManifest(m.encode())
			if err != nil || !reflect.DeepEqual(again, m) {
				t.Errorf("%q became %q: %v", m, again, err)
			}
			for _, a := range m {
				if len(a.names) == 0 {
					t.Errorf("accepted a manifest without the source: %q", m)
				}
			}
		}
		words := tokenize(text(data))
		if again := tokenize(asResponse(words)); !slices.Equal(again, words) {
			t.Errorf("%q became %q", words, again)
		}
		if s := scanText(definitions(words)); s.reason == "" && len(s.macros) == 0 && slices.ContainsFunc(words, isDefinition) {
			t.Errorf("no macro is seen in %q", words)
		}
		_ = ignoreLists(words)
	})
}

func isDefinition(word string) bool { return len(word) > 2 && strings.HasPrefix(word, "-D") }

// asResponse quotes each byte of each word.
func asResponse(words []string) string {
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
