//go:build unix

package main

import (
	"strings"
	"testing"

	"thinrex/go/internal/reapitest"
)

// The warnings of a job that succeeds name the user's files, at a miss, at a hit
// and from workers: objects, archives, and objects in a folder.
func TestWarningsNameFiles(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	for name, tc := range map[string]struct{ prepare, library string }{
		"object":  {"", "library.o"},
		"folder":  {"mkdir am.o && mv library.o am.o/m.o", "am.o/m.o"},
		"archive": {"llvm-ar-22 rc lib.a library.o", "lib.a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := w.site(t)
			s.write("program.c", "int one(int); int main(void) { return one(0); }\n")
			s.write("library.c", "int one(int x) { return x; }\n")
			s.run("clang-22 --target=x86_64-pc-linux-gnu -O2 -flto=thin -c program.c" +
				" && clang-22 --target=x86_64-unknown-linux-gnu -O2 -flto=thin -c library.c\n" + tc.prepare)
			link := "clang-22 -O2 -flto=thin -fuse-ld=lld -fthinlto-distributor=$THINREX program.o " +
				tc.library + " -o prog 2>&1"
			server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
			wantNames := func(when string) {
				printed := s.run(link)
				wants := []string{"different target triples: '" + tc.library, "linking module 'program.o'", "whereas 'program.o'"}
				for _, want := range wants {
					if !strings.Contains(printed, want) {
						t.Errorf("%s: printed %q, want %q", when, printed, want)
					}
				}
				if strings.Contains(printed, "'m.o'") || strings.Contains(printed, "i00000.o") {
					t.Errorf("%s: printed %q", when, printed)
				}
			}
			wantNames("miss")
			wantNames("hit")
			s.forget()
			s.with("REMOTE_EXECUTOR=grpc://" + server.Addr())
			wantNames("from a worker")
			s.forget()
			wantNames("from the remote cache")
		})
	}
}
