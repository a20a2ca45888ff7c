//go:build unix

package main

import (
	"testing"

	"thinrex/go/internal/reapitest"
	"thinrex/go/report"
)

// When a service never answers a lookup, this machine compiles the job after
// --remote_patience. It must then have the files that the module's assembly names,
// though the module is usually read only after the lookup.
func TestLocalRunHasAssemblyFiles(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
	server.StallStorage()
	s := newSite(t)
	s.write("bytes", "the bytes")
	s.write("f0.c", "int f0(int x) { return x; }\n"+
		"__asm__(\".section .rodata\\nbytes:\\n.incbin \\\"bytes\\\"\\n.byte 0\\n.text\\n\");\n")
	s.run("clang-22 -O2 -flto=thin -c f0.c && clang-22 -O2 -flto=thin -fuse-ld=lld f?.o main.o -o inproc")
	for _, option := range []string{"REMOTE_EXECUTOR=", "REMOTE_CACHE="} {
		s.forget()
		s.with(option+"grpc://"+server.Addr(), "REMOTE_PATIENCE=1ms")
		got, printed := s.link()
		got.Fallbacks = 0
		wantSummary(t, got, report.Summary{Local: every})
		wantPrinted(t, printed, "has not answered")
	}
	s.nothingLeft()
}
