//go:build unix

package main

import (
	"strings"
	"testing"

	"thinrex/go/internal/reapitest"
	"thinrex/go/report"
)

// A service gets an action only with all files that the assembly in its modules
// names. Two of the jobs have such assembly: f0.o, and main.o, which imports f0.o.
func TestAssemblyOnWorkers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		assembly string // of f0.c; $DIR is the site's folder
		first    report.Summary
		again    report.Summary // on another machine
		warning  string
	}{
		"a relative name": {
			assembly: `.incbin \"dir/blob\"`,
			first:    report.Summary{Remote: every},
			again:    report.Summary{Hits: every, RemoteHits: every},
		},
		"included": {
			assembly: `.include \"outer.s\"`,
			first:    report.Summary{Remote: every},
			again:    report.Summary{Hits: every, RemoteHits: every},
		},
		"an absolute name": {
			assembly: `.incbin \"$DIR/dir/blob\"`,
			first:    report.Summary{Remote: every - 2, Local: 2},
			again:    report.Summary{Hits: every, RemoteHits: every},
		},
		"made by a macro": {
			assembly: `.irp word, bin\n.inc\\word \"dir/blob\"\n.endr`,
			first:    report.Summary{Remote: every - 2, Local: 2, Uncached: 2},
			again:    report.Summary{Hits: every - 2, RemoteHits: every - 2, Local: 2, Uncached: 2},
			warning:  "warning: assembly in f0.o may read files",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
			s := newSite(t)
			s.with("REMOTE_EXECUTOR=grpc://"+server.Addr(), "EXEC_STRATEGY=remote", "REMOTE_UPLOAD_LOCAL_RESULTS=true")
			s.run("mkdir dir && echo one >dir/blob && echo '.incbin \"dir/blob\"' >outer.s")
			text := `.pushsection .rodata\n` + strings.ReplaceAll(tc.assembly, "$DIR", s.dir) + `\n.popsection\n`
			s.write("f0.c", "__asm__(\""+text+"\");\nint f0(int x) { return x; }\n")
			s.run("clang-22 -O2 -flto=thin -c f0.c")
			for _, content := range []string{"one", "two"} {
				s.run("echo " + content + " >dir/blob")
				s.run("clang-22 -O2 -flto=thin -fuse-ld=lld f?.o main.o -o inproc")
				got, printed := s.link()
				if first := tc.first; content == "one" {
					wantSummary(t, got, first)
				} else if got.Hits != every-2 || got.Remote+got.Local != 2 || got.Remote > tc.first.Remote-(every-2) {
					t.Errorf("after the file has changed: %+v", got)
				}
				wantPrinted(t, printed, tc.warning)
				s.forget()
				got, _ = s.link()
				wantSummary(t, got, tc.again)
				s.forget()
			}
		})
	}
}
