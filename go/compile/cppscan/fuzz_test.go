package cppscan_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"thinrex/go/compile/cppscan"
)

// Whatever a source begins with, what follows isn't overlooked.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		"#include <a.h>\n", "# /* \n */ import \"a\\\nb.h\" // x", "%:include_next<x>\r\n",
		"#define A(x) __has_include(<x>)\n",
		"#if defined(__has_include) && (__has_include(\"a.h\") || 1'000 > F(x))\n#endif /* __has_include */",
		"#define T (__has_include(<tbb/tbb.h>))\n", "struct __has_##x;", "asm(\".include x\");", "R\"(\n#if )\"",
		"/*\n */ #if '", "#line 3 \"/a\"\n",
		"#if0/* __has_include", "#define H(x) __has_include(x)\n", "#define H __has_include\n#if A // H",
		"P(G dependency\n\"a\")", "#define __DATE__ 1\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := cppscan.Scan(data)
		for _, l := range s.Probes {
			if l.Name == "" || strings.Contains(l.Name, "\n") {
				t.Errorf("looks for %q", l.Name)
			}
		}
		s = cppscan.Scan(slices.Concat(data, []byte("\n#include <found.h>\n")))
		if s.Reason == "" && !slices.ContainsFunc(s.Probes, func(p cppscan.Probe) bool { return p.Name == "found.h" }) {
			t.Errorf("an #include is overlooked")
		}
		if before := bytes.TrimRight(data, " \t\v\f\r\n\x00"); bytes.HasSuffix(before, []byte(`\`)) {
			return // the next line is a part of this one
		}
		// A comment may be open.
		sources := []cppscan.Source{cppscan.Scan(slices.Concat(data,
			[]byte("\n/**/\n#define H __has_include\n/**/\n#if H(<found.h>)\n")))}
		cppscan.Follow(sources)
		if s = sources[0]; s.Reason == "" && !slices.Contains(s.Probes, cppscan.Probe{Name: "found.h", All: true}) {
			t.Errorf("another name for __has_include is overlooked")
		}
	})
}
