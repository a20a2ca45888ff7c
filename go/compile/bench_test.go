//go:build linux

package compile_test

import (
	"testing"

	"thinrex/go/compile"
)

// BenchmarkHit is a direct hit on a file with several hundred headers.
func BenchmarkHit(b *testing.B) {
	p := newProject(b, map[string]string{"a.cc": "#include <regex>\n#include <iostream>\n#include <map>\nint f(int x) " +
		"{ return x; }\n"})
	args := []string{"-O2", "-flto=thin", "-c", "a.cc", "-o", "a.o"}
	run := func() {
		if _, err := compile.Run(b.Context(), compiler, args, p.Options); err != nil {
			b.Fatal(err)
		}
	}
	run()
	for b.Loop() {
		run()
	}
	if last := p.said[len(p.said)-1]; last != "a.cc: hit" {
		b.Error(last)
	}
}
