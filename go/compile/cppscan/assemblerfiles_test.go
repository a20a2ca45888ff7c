package cppscan_test

import (
	"testing"

	"thinrex/go/compile/cppscan"
)

func TestAssemblerReads(t *testing.T) {
	for text, want := range map[string]string{
		"__asm { .include \"d.s\" }\n":                                   ".include",
		"void f(void) { __asm__(\".INCBIN\\t\\\"d.s\\\"\"); }\n":         ".incbin",
		"__asm { .inc\\\nbin \"d.s\" }\n":                                ".incbin",
		"struct { int include_dirs, (*include)(int); } s; s.include(3);": "",
	} {
		if got := cppscan.AssemblerReads([]byte(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestHasAsmBlock(t *testing.T) {
	for text, want := range map[string]bool{
		"void f(void) { __asm { mov eax, 3 } }":              true,
		"void f(void) { asm\n/* x */ { nop } }":              true,
		"void f(void) { _asm nop\n}":                         true,
		"void f(void) { __asm .X \"x.s\"\n}":                 true,
		"int big = 1'000; void f() { __a\\\nsm { Y } }":      true,
		"void f(void) { __asm__ volatile(\"nop\"); }":        false,
		"void f(void) { asm goto(\"\" : : : : l); l:; }":     false,
		"register int x asm(\"ebx\");":                       false,
		"#define asm_inline asm\nint v;":                     false,
		"#define asm __asm__\n":                              false,
		"// asm { x }\n/* asm { x } */ char *s = \"asm {\";": false,
		"int asm_x, xasm; /* asm { ":                         false,
	} {
		if got := cppscan.HasAsmBlock([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
