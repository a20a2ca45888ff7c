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
		reason string
	}{
		"alias": {"#define H(x) __has_include(<x>)\n#if H(q.h)" + then, nil,
			"not stored: a.c asks __has_include in a way"},
		"alias, spliced": {"#define Q \"q.h\"\n#define H __has_\\ \ninclude\n#if H(Q)" + then, nil,
			"not stored: a.c asks"},
		"alias of an alias, included": {"#include \"alias.h\"\n#define I H\n#if I(\"q.h\")" + then, nil, "a.c asks"},
		"alias, -imacros": {"#define I(x) H(x)\n#if I(\"q.h\")" + then, []string{"-imacros", "alias.h"},
			"a.c asks"},
		"a word for it is a macro": {"#include \"alias.h\"\n#define r q\n#if H(<r.h>)" + then, nil, "with r in it"},
		"alias, -D":                {"#if H(\"q.h\")" + then, []string{"-DH=__has_include"}, "a -D asks"},
		"response file":            {"#if H" + then, []string{"@rsp"}, "a -D asks"},
		"pasted":                   {"#define P(a, b) a##b\n#if P(__has_,include)(\"q.h\")" + then, nil, "holds __has_"},
		"alias of -D":              {"#define H __has_include\n#if X(<q.h>)" + then, []string{"-DX=H"}, "a -D asks"},
		"alias of -D, asking":      {"#define H __has_include\n#if X" + then, []string{"-D", "X=H(<q.h>)"}, "a -D asks"},
		"alias of -D, function":    {"#include \"alias.h\"\n#if X(<q.h>)" + then, []string{"-DX(y)=H(y)"}, "a -D asks"},
		"pasted alias": {"#define HAVE(w, x) HAVE_##w(x)\n#define HAVE_HEADER(x) __has_include(x)\n#if " +
			"HAVE(HEADER, <q.h>)" + then, nil, "a.c asks"},
		"pasted alias, included": {"#include \"have.h\"\n#define C(a, b) a##b\n#if C(HAVE_, IT)(<q.h>)" + then, nil,
			"have.h asks"},
		"pasted alias, -D": {"#include \"have.h\"\n#if X(IT)(<q.h>)" + then, []string{"-DX(m)=HAVE_##m"},
			"have.h asks"},
		"alias with an accent":        {"#define Hé __has_include\n#if H\\u00e9(<q.h>)" + then, nil, "a.c asks"},
		"a word of it is a macro":     {"#define H __has_include(<r.h>)\n#define r q\n#if H" + then, nil, "with r in it"},
		"a word of it is a macro, -D": {"#define H __has_include(<r.h>)\n#if H" + then, []string{"-Dr=q"}, "with r in it"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, map[string]string{"a.c": test.text, "alias.h": "#define H __has_include\n",
				"have.h": "#define HAVE_IT __has_include\n", "rsp": `'-DH=__has_include("q.h")'`})
			args := append([]string{"-flto=thin", "-Ii", "-c", "a.c"}, test.args...)
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
		"plain":   "#if __has_include(<q.h>)" + then,
		"guarded": "#ifdef __has_include\n# if __has_include (\"q.h\")\n#define V 2\n#endif\n#endif\n#if V" + then,
		"defined": "#if defined(__has_include) && 1'0 > 3 && (!defined __APPLE__ && __has_include(<q.h>)) // " +
			"__has_include" + then,
		"elif": "#if 0\n#elif defined __has_include\\\n && __has_include/**/(\"q.h\")" + then,
		"next": "#if __has_include_next(<q.h>)" + then,
		"for old compilers": "#ifndef __has_include\n#define __has_include(x) 0\n#endif\n" +
			"#if __has_include(<q.h>)" + then + "#undef __has_include",
		"as in libstdc++": "#define H (__has_include(<q.h>) && 1)\n#if H" + then + "#define T(N) struct __has_##N { " +
			"int i; }\n",
		"spoken of": "// #define H __has_include\n/* __has_include\n__has_include */\nchar *s = " +
			"\"__has_include\";\n#if __has_include(<q.h>)" + then + "#ifdef X\n#error __has_include\n#endif /* " +
			"__has_include */\n",
		"another name": "#include \"alias.h\"\n#if H(\"q.h\")" + then,
		"of a function": "#include \"alias.h\"\n#ifdef F\n#if defined(F) && F(<q.h>)\n#define A\n#endif\n#endif\n" +
			"#ifdef A" + then,
		"as in GoogleTest": "#ifdef __has_include\n#define G __has_include\n#else\n#define G(...) 0\n#endif\n#define A " +
			"G(<q.h>)\n#if A" + then,
		"beside ##": "#define G_HAS_INCLUDE(x) __has_include(x)\n#define C(a, b) a##b\nint C(x, y);\n#if " +
			"G_HAS_INCLUDE(<q.h>)" + then,
		"others of its kind": "#if __has_builtin(x) || __has_include(<q.h>) || __has_attribute(y)" + then +
			"int my__has_include, __has_include_x;\n",
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, map[string]string{"a.c": text,
				"alias.h": "#define H __has_include\n#define F(x) __has_include(x)\n"})
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
		"a.cc": "#include <vector>\n#include <iostream>\n#include <filesystem>\n#include <regex>\n#include <algorithm>\n" +
			"#include <execution>\n#include <atomic>\n" +
			"#include <version>\nint main() { std::cout << std::vector<int>(3).size(); }\n",
		"a.c": "#include <stdio.h>\n#include <sys/stat.h>\n#include <sys/mount.h>\n#include <float.h>\n#include " +
			"<stdatomic.h>\n#include <tgmath.h>\n#include <assert.h>\n" +
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
