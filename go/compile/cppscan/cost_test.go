package cppscan_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"thinrex/go/compile/cppscan"
)

// costly are texts that once took, or would take without a meter, the square of
// their length when they are repeated.
var costly = []string{
	"#/*", "#/* */ ", "# 1 \"/a", "# 1 \"/a\" ", "#include X ", "#include <a", "#define /*", "%:/*", "#line 3 X ",
	"# 1 X\f",
	"__has_/*", "__has_include ", "#if __has_include(<a>) ", "#if ((((", "#define X __has_include/*", "has_",
	"has_include(",
	"dependency ", "dependency /*", "#define P dependency ", "*/ dependency \"", "diagnostic ", "diagnostic/*",
	"diagnostic \"", "#define D diagnostic ",
	"-Wshadow-header\\", "ignored \"-Weverything ", "#define __DATE__ /*", "#define __TIME__\\\n", "\\ \\ ", "\\\n", "/*",
	"*/", ")\"", "R\"(", "'", "\"",
	"#if F(__has_include(<a>), ", "##", "a##b ", "M", "__TIM", "include_alia", "#embed/*", "?", "\r", "\xff",
}

// However a text is made, looking through it takes steps in proportion to its
// length.
func TestCost(t *testing.T) {
	const size = 1 << 18
	for _, first := range []string{"", "#if ", "#define X ", "/*", "#define H __has_include\n#if "} {
		for _, part := range costly {
			checkCost(t, []byte(first+strings.Repeat(part, size/len(part))))
		}
	}
}

func checkCost(t *testing.T, text []byte) {
	t.Helper()
	sources := []cppscan.Source{cppscan.Scan(text)}
	cppscan.Follow(sources)
	if taken, most := cppscan.Steps(sources[0]); taken > most {
		t.Errorf("%.40q…: %d steps for %d bytes, which may have %d", text, taken, len(text), most)
	}
}

// FuzzCost repeats a text after another one.
func FuzzCost(f *testing.F) {
	for _, part := range costly {
		f.Add([]byte("#if "), []byte(part))
	}
	f.Fuzz(func(t *testing.T, first, part []byte) {
		const size = 1 << 14
		checkCost(t, append(first[:min(len(first), size)], bytes.Repeat(part, size/(len(part)+1))...))
	})
}

// Megabytes of data in one line are looked through, whatever they are, and what
// follows is found.
func TestDataInOneLine(t *testing.T) {
	const size = 2 << 20
	for name, part := range map[string]string{
		"numbers":     "17,0x2a,",
		"base64":      "Zm9vYmFyCg+/",
		"a string":    "\\x17\\\"\\n",
		"style sheet": "a{border:1px #000 solid}p{color:#123456}/* # 1 */",
		"JSON":        "{\\\"dependency\\\":\\\"diagnostic\\\",\\\"#\\\":1}",
		"a script":    "if(a/b){/*x*/c='#define d';}//",
		"shell":       "# include everything # 1 2 # define x\\n",
		"assembly":    "\\tmov $1, %eax # 1 %:\\n",
		"time stamps": "TIME DATE __TIM__ has ",
	} {
		text := "const char data[] = \"" + strings.Repeat(part, size/len(part)) + "\";\n#include \"found.h\"\n"
		s := cppscan.Scan([]byte(text))
		if s.Reason != "" || len(s.Probes) != 1 || s.Probes[0].Name != "found.h" {
			t.Errorf("%s: %q, %v", name, s.Reason, s.Probes)
		}
		if taken, _ := cppscan.Steps(s); taken > 2*len(text) {
			t.Errorf("%s: %d steps for %d bytes", name, taken, len(text))
		}
	}
}

// A text that is made to take long is not used.
func TestTooCostly(t *testing.T) {
	for _, part := range []string{"#/*", "__has_/*", "#define /*"} {
		s := cppscan.Scan([]byte(strings.Repeat(part, 1<<18)))
		if s.Reason != "takes too long to look through" && !strings.HasPrefix(s.Reason, "holds") {
			t.Errorf("%q: %q", part, s.Reason)
		}
	}
}

// Macros for __has_include are followed if there are a few, in a chain or not;
// each is looked for in every text.
func TestManyRenamed(t *testing.T) {
	for _, test := range []struct {
		names   int
		refused bool
	}{{1, false}, {16, false}, {17, true}, {20_000, true}} {
		var text strings.Builder
		for i := range test.names {
			fmt.Fprintf(&text, "#define H%d(x) __has_include(x)\n#if H%d(<%d.h>)\n#endif\n", i, i, i)
		}
		sources := []cppscan.Source{cppscan.Scan([]byte(text.String())), cppscan.Scan([]byte("#if H0(<z.h>)\n#endif\n"))}
		cppscan.Follow(sources)
		refused := sources[0].Reason != "" || sources[1].Reason != ""
		if refused != test.refused {
			t.Errorf("%d: %q, %q", test.names, sources[0].Reason, sources[1].Reason)
		}
		if !refused && (len(sources[0].Probes) != test.names || len(sources[1].Probes) != 1) {
			t.Errorf("%d: %d probes, %v", test.names, len(sources[0].Probes), sources[1].Probes)
		}
	}
}
