package includes_test

import (
	"slices"
	"strings"
	"testing"

	"thinrex/go/includes"
)

// What a text asks for, however it is written.
func TestProbes(t *testing.T) {
	for text, want := range map[string][]includes.Probe{
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
	} {
		if got := includes.Scan([]byte(text)); got.Reason != "" || !slices.Equal(got.Probes, want) {
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
	} {
		if got := includes.Scan([]byte(text)); got.Computed != want.computed || got.Line != want.line {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// What isn't followed is noticed.
func TestNotFollowed(t *testing.T) {
	const asks, parts = "asks __has_include in a way", "which may become __has_include"
	for name, test := range map[string]struct{ text, reason string }{
		"alias":              {"#define H __has_include\n", asks},
		"alias, guarded":     {"#ifdef __has_include\n#define H __has_include\n#endif\n", asks},
		"alias, digraph":     {"%:define H __has_include\n", asks},
		"alias, spliced":     {"#define H __has_\\ \ninclude\n", asks},
		"alias, old Mac":     {"int w;\r#define H __has_include\r", asks},
		"alias, after blank": {"\u00a0#define H __has_include\n", asks},
		"alias, over lines":  {"#define H /*\n*/ __has_include\n", "may have begun in another line"},
		"after a raw string": {"R\"(\n)\" __has_include", "may have begun in another line"},
		"with a parameter":   {"#define H(x) __has_include(<x>)\n", asks},
		"next":               {"#define H __has_include_next\n", asks},
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
		"trigraphs":          {"#inc??/\nlude \"asm.h\"\n", "holds ??/"},
		"include":            {"__asm__(\".include \\\"d.s\\\"\");\n", "holds .include"},
		"incbin":             {"void f(void) { __asm__(\".INCBIN\\t\\\"d.s\\\"\"); }\n", "holds .incbin"},
		"incbin, spliced":    {"__asm__(\".inc\\\nbin \\\"d.s\\\"\");\n", "holds .incbin"},
		"dependency":         {"#pragma GCC dependency \"d.s\"\n", "holds #pragma GCC dependency"},
		"clang dependency":   {"_Pragma(\"clang  dependency \\\"d.s\\\"\")\n", "holds #pragma GCC dependency"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := includes.Scan([]byte(test.text)).Reason; test.reason == "" && got == "" || !strings.Contains(got, test.reason) {
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
		var sources []includes.Source
		for _, text := range test.texts {
			sources = append(sources, includes.Scan([]byte(text)))
		}
		if got := includes.Respelled(sources); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
