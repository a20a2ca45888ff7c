//go:build linux

package compile_test

import (
	"testing"
)

// Questions that aren't followed are never answered from the cache.
func TestQuestionsNotFollowed(t *testing.T) {
	const then = "\nint v = 2;\n#else\nint v = 1;\n#endif\n"
	for name, test := range map[string]struct {
		text   string
		args   []string
		reason string // "" for the usual one
	}{
		"alias":              {text: "#define H __has_include\n#if H(<q.h>)" + then},
		"alias, guarded":     {text: "#ifdef __has_include\n#define H __has_include\n#endif\n#if H(\"q.h\")" + then},
		"alias, digraph":     {text: "%:define H __has_include\n#if H(\"q.h\")" + then},
		"alias, spliced":     {text: "#define H __has_\\ \ninclude\n#if H(\"q.h\")" + then},
		"alias, old Mac":     {text: "int w;\r#define H __has_include\r#if H(<q.h>)\nint v;\n#endif\n"},
		"alias, after blank": {text: "\u00a0#define H __has_include\n#if H(<q.h>)" + then},
		"alias, over lines":  {text: "#define H /*\n*/ __has_include\n#if H(<q.h>)" + then, reason: "may have begun in another line"},
		"alias, included":    {text: "#include \"alias.h\"\n#if H(\"q.h\")" + then, reason: "alias.h asks"},
		"alias, -imacros":    {text: "#if H(\"q.h\")" + then, args: []string{"-imacros", "alias.h"}, reason: "alias.h asks"},
		"alias, -D":          {text: "#if H(\"q.h\")" + then, args: []string{"-DH=__has_include"}, reason: "a -D asks"},
		"alias, -D x":        {text: "#if H(\"q.h\")" + then, args: []string{"-D", "H(x)=__has_include(x)"}, reason: "a -D asks"},
		"whole, -D":          {text: "#if H" + then, args: []string{`-DH=__has_include("q.h")`}, reason: "a -D asks"},
		"whole, angle, -D":   {text: "#if H" + then, args: []string{`-DH=__has_include(<q.h>)`}, reason: "a -D asks for files"},
		"response file":      {text: "#if H" + then, args: []string{"@rsp"}, reason: "a -D asks"},
		"with a parameter":   {text: "#define H(x) __has_include(<x>)\n#if H(q.h)" + then},
		"next":               {text: "#define H __has_include_next\n#if H(<q.h>)" + then},
		"embed":              {text: "#if __has_embed(\"q.h\")" + then, args: []string{"-std=c23"}, reason: "asks __has_embed"},
		"quoted in a macro":  {text: "#define H __has_include(\"q.h\")\n#if H" + then},
		"a macro's argument": {text: "#define F(x) x\n#if F(__has_include(<q.h>))" + then},
		"parts of a name":    {text: "#define LT <\n#define Q q.h>\n#if __has_include(LT Q)" + then},
		"pasted":             {text: "#define P(a, b) a##b\n#if P(__has_,include)(\"q.h\")" + then, reason: "holds __has_"},
		"pasted otherwise":   {text: "#define P(a, b) a##b\n#if P(__, has_include)(\"q.h\")" + then, reason: "holds has_include"},
		"pasted on":          {text: "#define P(a) a##_next\n#if P(__has_include)(<q.h>)" + then},
		"pasted in a macro":  {text: "#define P(a) __has_##a\n#if P(include)(<q.h>)" + then, reason: "holds __has_"},
		"a word of it is a macro": {
			text:   "#define H __has_include(<r.h>)\n#define r q\n#if H" + then,
			reason: "with r in it",
		},
		"a word of it is a macro, -D": {text: "#define H __has_include(<r.h>)\n#if H" + then, args: []string{"-Dr=q"}, reason: "with r in it"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, map[string]string{"a.c": test.text, "alias.h": "#define H __has_include\n", "rsp": `'-DH=__has_include("q.h")'`})
			args := append([]string{"-flto=thin", "-Ii", "-c", "a.c"}, test.args...)
			if test.reason == "" {
				test.reason = "not stored: a.c asks __has_include in a way"
			}
			p.want(test.reason, args...)
			p.write(map[string]string{"i/q.h": ""})
			p.want(test.reason, args...)
		})
	}
}

// Ordinary ones are, and notice what appears.
func TestQuestionsFollowed(t *testing.T) {
	const then = "\nint v = 2;\n#else\nint v = 1;\n#endif\n"
	for name, text := range map[string]string{
		"plain":              "#if __has_include(<q.h>)" + then,
		"guarded":            "#ifdef __has_include\n# if __has_include (\"q.h\")\n#define V 2\n#endif\n#endif\n#if V" + then,
		"defined":            "#if defined(__has_include) && 1'0 > 3 && (!defined __APPLE__ && __has_include(<q.h>)) // __has_include" + then,
		"elif":               "#if 0\n#elif defined __has_include\\\n && __has_include/**/(\"q.h\")" + then,
		"next":               "#if __has_include_next(<q.h>)" + then,
		"for old compilers":  "#ifndef __has_include\n#define __has_include(x) 0\n#endif\n#if __has_include(<q.h>)" + then + "#undef __has_include",
		"as in libstdc++":    "#define H (__has_include(<q.h>) && 1)\n#if H" + then + "#define T(N) struct __has_##N { int i; }\n",
		"spoken of":          "// #define H __has_include\n/* __has_include\n__has_include */\nchar *s = \"__has_include\";\n#if __has_include(<q.h>)" + then + "#ifdef X\n#error __has_include\n#endif /* __has_include */\n",
		"others of its kind": "#if __has_builtin(x) || __has_include(<q.h>) || __has_attribute(y)" + then + "int my__has_include, __has_include_x;\n",
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, map[string]string{"a.c": text})
			args := []string{"-flto=thin", "-std=c23", "-Wno-everything", "-Ii", "-c", "a.c"}
			p.want("compiled", args...)
			p.want("hit", args...)
			p.write(map[string]string{"i/q.h": ""})
			p.want("compiled", args...)
			p.want("hit", args...)
		})
	}
}

// Headers of the system ask, too.
func TestStandardHeaders(t *testing.T) {
	for name, text := range map[string]string{
		"a.cc": "#include <vector>\n#include <iostream>\n#include <filesystem>\n#include <regex>\n#include <algorithm>\n#include <execution>\n#include <atomic>\n" +
			"#include <version>\nint main() { std::cout << std::vector<int>(3).size(); }\n",
		"a.c": "#include <stdio.h>\n#include <sys/stat.h>\n#include <sys/mount.h>\n#include <float.h>\n#include <stdatomic.h>\n#include <tgmath.h>\n#include <assert.h>\n" +
			"int main(void) { assert(puts(__FILE__)); }\n",
	} {
		p := newProject(t, map[string]string{name: text})
		args := []string{"-flto=thin", "-MMD", "-D_GNU_SOURCE", "-c", name}
		if name == "a.cc" {
			args = append(args, "-std=c++17")
		}
		p.want("compiled", args...)
		p.want("hit", args...)
	}
}
