//go:build linux

package compile_test

import (
	"slices"
	"strings"
	"testing"

	"thinrex/go/compile"
)

// What a compilation that fails leaves of earlier outputs, and of its own, is
// what the compiler leaves: that depends on where it fails.
func TestFailureLeaves(t *testing.T) {
	sources := map[string]string{"ok.c": "int v;\n", "syntax.c": "int f( {\n", "absent.c": "#include \"absent.h\"\n",
		"error.c": "#error no\nint unused(void) { int i; }\n"}
	old := map[string]string{"a.o": "old", "a.d": "old", "a.thin": "old", "a.dia": "old", "a.json": "old",
		"a.opt.yaml": "old"}
	for _, keys := range []compile.Keys{compile.Direct, compile.Both} {
		for _, options := range []string{
			"", "-MD", "-MMD -MT x -Wall", "-MD --serialize-diagnostics a.dia", "-MD -fthin-link-bitcode=a.thin",
			"-MD -ftime-trace", "-MD -fsave-optimization-record", "-ffat-lto-objects",
			"-MD -march=nonsense", "-fsanitize=cfi -fvisibility=hidden -MD", "-MD -Wall -fcolor-diagnostics -Wfoo",
		} {
			t.Run(string(keys)+" "+options, func(t *testing.T) {
				p := newProject(t, sources)
				p.Keys = keys
				for range 2 {
					for _, source := range []string{"syntax.c", "absent.c", "error.c", "ok.c"} {
						if ok := !strings.Contains(options, "nonsense") && !strings.Contains(options, "cfi"); ok && source == "ok.c" {
							continue
						}
						p.want("", slices.Concat(strings.Fields(options), []string{"-O2", "-flto=thin", "-c", source, "-o", "a.o"})...)
					}
					p.write(old)
				}
			})
		}
	}
}
