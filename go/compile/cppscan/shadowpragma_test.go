package cppscan_test

import (
	"testing"

	"thinrex/go/compile/cppscan"
)

// What may switch on the warning of hidden headers, and what doesn't.
func TestShadowed(t *testing.T) {
	for text, want := range map[string]bool{
		"#pragma clang diagnostic warning \"-Wshadow-header\"\n":              true,
		"_Pragma(\"GCC diagnostic fatal \\\"-Weverything\\\"\")\n":            true,
		"#pragma GCC diagnostic error \"-Wshadow\" /* */ \"-header\"\n":       true,
		"#pragma GCC diagnostic remark \"\\055Wshadow-header\"\n":             true,
		"_Pragma(\"GCC diagnostic warning \\\"-W\\\\x73hadow-header\\\"\")":   true,
		"#define P(x) _Pragma(#x)\nP(clang diagnostic error W)\n":             true,
		"#define G GCC\nP(G diagnostic\n warning \"-W\"\n \"shadow-header\")": true,
		"P(G diagnostic warning NAME /* */ )\n":                               true,
		"#define G GCC\nP(G diagnostic warning S(-Wshadow W))\n":              true,
		"#define D diagnostic\n":                                              true,
		"#pragma clang diagnostic KIND NAME\n":                                true,
		"#pragma clang diagnostic ignored \"-Weverything\"\n":                 false,
		"_Pragma(\"clang diagnostic ignored \\\"-Weverything\\\"\")\n":        false,
		"#pragma GCC diagnostic push\n#pragma GCC diagnostic pop\n":           false,
		"#pragma clang diagnostic warning \"-Wshadow\"\n":                     false,
		"_Pragma(\"clang diagnostic error \\\"-Wshadow\\\"\") int v;\n":       false,
		"#define OFF(w) _Pragma(S(GCC diagnostic ignored w))\n":               false,
		"// prints a diagnostic error, \"everything\" is wrong\n":             false,
		"int diagnostic = my_diagnostic(\"x\" \"y\");\n":                      false,
	} {
		if got := cppscan.Scan([]byte(text)).Shadowed; got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
