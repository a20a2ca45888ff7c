package includes_test

import (
	"testing"

	"thinrex/go/includes"
)

func TestAssemblerReads(t *testing.T) {
	for text, want := range map[string]string{
		"__asm { .include \"d.s\" }\n":                                   ".include",
		"void f(void) { __asm__(\".INCBIN\\t\\\"d.s\\\"\"); }\n":         ".incbin",
		"__asm { .inc\\\nbin \"d.s\" }\n":                                ".incbin",
		"struct { int include_dirs, (*include)(int); } s; s.include(3);": "",
	} {
		if got := includes.AssemblerReads([]byte(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
