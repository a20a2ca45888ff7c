package cppscan_test

import (
	"slices"
	"strings"
	"testing"

	"thinrex/go/compile/cppscan"
)

// What a text asks for, however it is written.
func TestProbes(t *testing.T) {
	for text, want := range map[string][]cppscan.Probe{
		"#include <a.h>\n#include \"b.h\"\n":                  {{Name: "a.h"}, {Name: "b.h", Quoted: true}},
		"# /* \n */ import \"a\\\nb.h\" // x":                 {{Name: "ab.h", Quoted: true}},
		"#inc\\  \nlude /* \n */ <x.h>\n":                     {{Name: "x.h"}},
		"int v;\r%:include_next<x>\r\n":                       {{Name: "x", All: true}},
		"\xef\xbb\xbf#include <a.h>":                          {{Name: "a.h"}},
		"#if 0\n#include <a.h>\n#endif\n// #include <b.h>":    {{Name: "a.h"}, {Name: "b.h"}},
		"#if __has_include(<q.h>)\n":                          {{Name: "q.h", All: true}},
		"#elif defined X && __has_include/**/(\"q.h\")\n":     {{Name: "q.h", Quoted: true, All: true}},
		"#if __has_include_next ( <q.h> )\n":                  {{Name: "q.h", All: true}},
		"#define H (__has_include(<q.h>) && 1)\n":             {{Name: "q.h", All: true}},
		"#if 1'0 > 3 && F(x) && __has_include(<q.h>) // __h":  {{Name: "q.h", All: true}},
		"#ifdef __has_include\n#undef __has_include\n":        nil,
		"#define __has_include(x) 0\n":                        nil,
		"// #define H __has_include\n/* __has_include\n*/":    nil,
		"#define T(N) struct __has_##N { int i; }\n":          nil,
		"struct { int include_dirs; } s; s.include_dirs = 3;": nil,
		"int v; // a dependency of GCC\n":                     nil,
		"cout << \"the dependency \" << x << \"y\";":          nil,
		"puts(\"can't find 'dependency \\\"a\\\"'\");":        nil,
		"if (dependency <= x || dependency << y > 0) {}\n":    nil,
		"#define LOG \"dependency\" // dependency\n":          nil,
		"my_dependency <int> x;\n":                            nil,
	} {
		if got := cppscan.Scan([]byte(text)); got.Reason != "" || !slices.Equal(got.Probes, want) {
			t.Errorf("%q: %v %s, want %v", text, got.Probes, got.Reason, want)
		}
	}
}

func TestComputedAndLines(t *testing.T) {
	for text, want := range map[string]struct{ computed, line bool }{
		"#define H <x.h>\n#include H\n":        {computed: true},
		"#include <x.h>\n":                     {},
		"#line 1 \"/somewhere/else.y\"\n":      {line: true},
		"#line 5 Q\n":                          {line: true},
		"#line 5 \"\\057q.c\"\n":               {line: true},
		"# 6 \"/r.y\"\n":                       {line: true},
		"#line 5 \"q.y\" /* */\n# 6 \"r.y\"\n": {},
		"#line 7\n#define S(X) #X\n":           {},
		"# 1'0 \"/r.y\"\n# 2":                  {line: true},
		"# 6 \\\n M\n":                         {line: true},
		"#line L\n":                            {line: true},
		"/* \n */ /**/ # 6\"/r.y\"\n":          {line: true},
		"x */%:line 6 M":                       {line: true},
		" *  LWG issue #181).\n":               {},
		"/*\n #181).\n # 181) x \n #6th\n*/":   {},
		"int x; # 3 \"/x\"":                    {},
		"// #include this, or #line 3 M":       {},
		"/*\n#include <a.h>, \n#include H */":  {computed: true},
	} {
		if got := cppscan.Scan([]byte(text)); got.Computed != want.computed || got.Line != want.line {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// What isn't followed is noticed.
func TestNotFollowed(t *testing.T) {
	const asks, parts = "asks __has_include in a way", "which may become __has_include"
	for name, test := range map[string]struct{ text, reason string }{
		"alias":              {"#define H __has_include +\n", asks},
		"alias, guarded":     {"#ifdef __has_include\n#define H(x) !__has_include(x)\n#endif\n", asks},
		"alias, digraph":     {"%:define H(x, y) __has_include(x)\n", asks},
		"alias, spliced":     {"#define H(x) __has_\\ \ninclude(y)\n", asks},
		"alias, old Mac":     {"int w;\r#define H(...) __has_include(<__VA_ARGS__>)\r", asks},
		"alias, after blank": {"\u00a0#define H() __has_include\n", asks},
		"alias, over lines":  {"#define H /*\n*/ __has_include\n", "may have begun in another line"},
		"a raw string":       {"R\"(\n)\" __has_include", "may have begun in another line"},
		"with a parameter":   {"#define H(x) __has_include(<x>)\n", asks},
		"embed":              {"#if __has_embed(\"q.h\")\n", "asks __has_embed"},
		"quoted in a macro":  {"#define H __has_include(\"q.h\")\n", asks},
		"a macro's argument": {"#if F(__has_include(<q.h>))\n", asks},
		"a macro as name":    {"#if __has_include(LT Q)\n", asks},
		"pasted":             {"#if P(__has_,include)(\"q.h\")\n", parts},
		"pasted otherwise":   {"#if P(__, has_include)(\"q.h\")\n", parts},
		"pasted on":          {"#if P(__has_include)(<q.h>)\n", asks},
		"pasted in a macro":  {"#define P(a) __has_##a\n", parts},
		"an open string":     {"#if '\n#endif\n#if \" __has_include(<q.h>)", ""},
		"#embed":             {"#embed \"a.c\"\n", "holds #embed"},
		"time":               {"int t = sizeof __TIME__;\n", "holds __TIME__"},
		"date, spliced":      {"int t = sizeof __DA\\\nTE__;\n", "holds __DATE__"},
		"stamp":              {"__TIMESTAMP__", "holds __TIMESTAMP__"},
		"include alias":      {"#pragma include_alias(\"a\", \"b\")\n", "holds include_alias"},
		"alias by _Pragma":   {"_Pragma(\"include_alias(<a>, <b>)\")\n", "holds include_alias"},
		"alias, in comments": {"_Pragma(\"/*//*/ include_alias(<a>, <b>)\")\n", "holds include_alias"},
		"alias, escaped":     {"_Pragma(\"\\tinclude_alias(<a>, <b>)\")\n", "holds include_alias"},
		"trigraphs":          {"#inc??/\nlude \"asm.h\"\n", "holds ??/"},
		"dependency":         {"#pragma GCC dependency \"d.s\"\n", "holds #pragma GCC dependency"},
		"by macros":          {"#define G GCC\nP(G dependency \"old.h\")\n", "holds #pragma GCC dependency"},
		"in <>":              {"P(G dependency<old.h>)\n", "holds #pragma GCC dependency"},
		"over lines":         {"P(G dependency /* */\n\n  \"old.h\")\n", "holds #pragma GCC dependency"},
		"after a character":  {"c('\"', '\\'') P(G dependency \"old.h\")\n", "holds #pragma GCC dependency"},
		"after a raw string": {"R\"(\n)\" P(G dependency \"old.h\")\n", "holds #pragma GCC dependency"},
		"its word a macro":   {"#define D dependency\n", "holds #pragma GCC dependency"},
		"after a name":       {"#pragma GCC dependency NAME\n", "holds #pragma GCC dependency"},
		"clang dependency":   {"_Pragma(\"clang  dependency \\\"d.s\\\"\")\n", "holds #pragma GCC dependency"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := cppscan.Scan([]byte(test.text)).Reason; test.reason == "" && got == "" || !strings.Contains(got,
				test.reason) {
				t.Errorf("%q, want %q", got, test.reason)
			}
		})
	}
}

func TestRespelled(t *testing.T) {
	for name, test := range map[string]struct {
		texts []string
		want  string
	}{
		"a word is a macro": {[]string{"#define H __has_include(<r.h>)\n", "#define r q\n"}, "r"},
		"none is":           {[]string{"#define H __has_include(<r.h>)\n", "#define q r\n"}, ""},
		"not in a macro":    {[]string{"#if __has_include(<r.h>)\n", "#define r q\n"}, ""},
	} {
		var sources []cppscan.Source
		for _, text := range test.texts {
			sources = append(sources, cppscan.Scan([]byte(text)))
		}
		if got := cppscan.Respelled(sources); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// Other names for __has_include are followed wherever they stand.
func TestFollow(t *testing.T) {
	const object, function = "#ifdef __has_include\n#define H __has_include\n#else\n#define H(x) 0\n#endif\n",
		"#define H(x) __has_include(x)\n"
	for name, test := range map[string]struct {
		define, use string
		want        []cppscan.Probe
		reason      string
	}{
		"object": {object, "#if defined(H) && H(<a/q.h>) //", []cppscan.Probe{{Name: "a/q.h", All: true}}, ""},
		"function": {function, "#ifdef H\n#elif A || H(\"q.h\")\n",
			[]cppscan.Probe{{Name: "q.h", Quoted: true, All: true}}, ""},
		"variadic": {"#define H(...) __has_include ( __VA_ARGS__ ) // H\n", "%:if H ( <q> )",
			[]cppscan.Probe{{Name: "q", All: true}}, ""},
		"next":            {"#define H __has_include_next\n", "#if H(<q>)", []cppscan.Probe{{Name: "q", All: true}}, ""},
		"within a macro":  {object, "#define I (A && H(<q>))", []cppscan.Probe{{Name: "q", All: true}}, ""},
		"spoken of":       {object, "// like H(<q>)\n#if 1 // H\nint H_, xH;", nil, ""},
		"quoted, a macro": {object, "#define I H(\"q\")", nil, "asks __has_include in a way"},
		"renamed again":   {object, "#define I H\n", nil, "asks __has_include in a way"},
		"as an argument":  {function, "#if F(H, <q>)\n", nil, "asks __has_include in a way"},
		"its argument":    {function, "#if H(Q)\n", nil, "asks __has_include in a way"},
		"a macro's words": {function, "#if H(<_Q>)\n", nil, "asks __has_include in a way"},
	} {
		sources := []cppscan.Source{cppscan.Scan([]byte(test.use)), cppscan.Scan([]byte(test.define))}
		if !sources[1].Renames() || sources[0].Renames() {
			t.Errorf("%s: it has another name: %v, %v", name, sources[1].Renames(), sources[0].Renames())
		}
		cppscan.Follow(sources)
		got := sources[0]
		if !slices.Equal(got.Probes, test.want) || (got.Reason == "") != (test.reason == "") || !strings.Contains(got.Reason,
			test.reason) || sources[1].Reason != "" {
			t.Errorf("%s: %v %q %q, want %v %q", name, got.Probes, got.Reason, sources[1].Reason, test.want, test.reason)
		}
	}
	sources := []cppscan.Source{cppscan.Scan([]byte(function)), cppscan.Scan([]byte("#if H(<q.h>)\n")),
		cppscan.Scan([]byte("#define q r\n"))}
	if cppscan.Follow(sources); cppscan.Respelled(sources) != "q" {
		t.Error("a macro in an argument is overlooked")
	}
}

// A name for __has_include that ## may make is used where that isn't seen.
func TestPasted(t *testing.T) {
	const hit, reason = "", "asks __has_include in a way that thinrex doesn't follow"
	const nextToo = "#define MY_HI __has_include\n # define MY_HI_NEXT __has_include_next\n"
	for name, test := range map[string]struct {
		texts []string
		want  string
	}{
		"function": {[]string{"#define HAVE_X(x) __has_include(x)\n#define I(w, x) HAVE_##w(x)\n",
			"#if I(X, <q.h>)\n"}, reason},
		"object": {[]string{"#define MY_HI __has_include\n", "#define C(a, b) a##b\n", "#if C(MY_, HI)(<q.h>)\n"},
			reason},
		"digraph": {[]string{"#define MY_HI __has_include\n", "%:define C(a) MY_%:%:a\n#if C(HI)(<q.h>)\n"}, reason},
		"spliced": {[]string{"#define MY_HI __has_include\n", "#define C(a) MY_#\\\n#a\n#if C(H\\\nI)(<q.h>)\n"},
			reason},
		"three parts": {[]string{"#define MY_HI __has_include\n", "#define C(a, b) a##_##b\n#if C(MY, HI)(<q.h>)\n"},
			reason},
		"a number": {[]string{"#define MY_2 __has_include\n", "#define C(a) MY_##a\n#if C(__COUNTER__)(<q.h>)\n"},
			reason},
		"a long name": {[]string{"#define " + strings.Repeat("n", 50_000) + " __has_include\n",
			"#define C(a, b) a##b\n"}, reason},
		"no ##":         {[]string{"#define MY_HI __has_include\n", "#define C MY_ HI\n"}, hit},
		"no such words": {[]string{"#define MY_HI __has_include\n", "#define C(a, b) a##b\nint MY, HI, I;\n"}, hit},
		"a name by itself": {[]string{"#define MY_HI __has_include\n#if MY_HI(<q.h>)\n#endif\n", "#define C(a, b) a##b\n"},
			hit},
		"only defined":     {[]string{nextToo + "#undef MY_HI\n", "#define C(a, b) a##b\nint _NE, _N, XT, EXT;\n"}, hit},
		"defined and used": {[]string{nextToo, "#define C(a, b) a##b\n#if C(MY_HI, _NEXT)(<q.h>)\n"}, reason},
		"single letters":   {[]string{"#define MY_HI __has_include\n", "#define C(a, b) a##b\nint M, Y, _, H, I;\n"}, hit},
		"no other name":    {[]string{"#if __has_include(<q.h>)\n", "#define C(a, b) a##b\nint __has, _include;\n"}, hit},
	} {
		var sources []cppscan.Source
		for _, text := range test.texts {
			sources = append(sources, cppscan.Scan([]byte(text)))
		}
		cppscan.Follow(sources)
		if got := sources[0].Reason; got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// Other spellings of a name aren't looked for.
func TestNamesBeyondASCII(t *testing.T) {
	for _, text := range []string{"#define H\u00e9 __has_include\n", "#define Hé __has_include\n",
		"#define é(x) __has_include(x)\n"} {
		if s := cppscan.Scan([]byte(text)); s.Reason == "" {
			t.Errorf("%q is followed", text)
		}
	}
}

// A comment, or a longer name, that holds a word which matters is no use of it.
func TestMentions(t *testing.T) {
	for _, text := range []string{"int Ident__TIME__, __TIME__x;\n", "int x; // of __DATE__ or __TIME__\n",
		"/// __DATE__\n", "f(\"\"); // of \\\n __TIME__\n", "#define __DATE__X\n", "int x; // for include_alias\n"} {
		if got := cppscan.Scan([]byte(text)).Reason; got != "" {
			t.Errorf("%s: %s", text, got)
		}
	}
}

// What the command line defines isn't the clock's.
func TestFixed(t *testing.T) {
	macros := cppscan.Scan([]byte("#define __DATE__ \"redacted\"\n#define __TIME__(x) 1\n"))
	if macros.Reason != "" || !slices.Equal(macros.Fixed(), []string{"__DATE__", "__TIME__"}) {
		t.Fatalf("%q %q", macros.Fixed(), macros.Reason)
	}
	for text, want := range map[string]string{"x = __DATE__ __TIME__;": "",
		"x = __DATE__ __TIMESTAMP__;": "holds __TIMESTAMP__"} {
		if got := cppscan.Scan([]byte(text), macros.Fixed()...).Reason; got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"#define __DATE__ __TIME__\n", "#define T __DATE__\n", "#undef __DATE__\n",
		"/* \n// */ __DATE__\n", "/* *// __DATE__\n", "f(\"//\" __DATE__)\n", "int a = x //*\n*/ __DATE__;\n",
		"// a\n__DATE__\n",
		"x //* __DATE__\n", "\u00a0__DATE__\u00a0\n", "\\u00A0__DATE__\n", "$__DATE__$\n",
		"R\"(\n// )\" __DATE__\n"} {
		if cppscan.Scan([]byte(text)).Reason == "" {
			t.Errorf("%s doesn't matter", text)
		}
	}
}
