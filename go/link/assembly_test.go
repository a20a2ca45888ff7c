package link_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"thinrex/go/digest"
	"thinrex/go/link"
)

// Equal jobs whose assembly includes files are compiled once and hit in later links,
// until one of the files changes.
func TestEqualJobsIncludeFiles(t *testing.T) {
	for _, strategy := range strategies {
		t.Run(strategy.name, func(t *testing.T) {
			w := newWorld(t, manyEqual(` .incbin "blob"`))
			w.write("blob", []byte("one"))
			u := setup{strategy: strategy.Strategy, service: service(t), cache: openStore(t)}
			for i, hits := range []int{50, 60, 59, 60} {
				if i == 2 {
					w.write("blob", []byte("two"))
				}
				w.clean()
				s, err := w.link(within(t), u)
				w.check(s, err)
				if err != nil || s.Hits != hits || s.Local+s.Remote != 60-hits || s.Uncached > 0 || w.stderr() != "" {
					t.Errorf("link %d: %+v, %v", i, s, err)
				}
			}
		})
	}
}

// If the names of included files can't be told from the assembly, each job runs as the
// linker wrote it, and no service gets it.
func TestEqualJobsIncludeUnknownFiles(t *testing.T) {
	for _, strategy := range strategies {
		t.Run(strategy.name, func(t *testing.T) {
			w := newWorld(t, manyEqual(` .incbin blob`))
			server := service(t)
			u := setup{strategy: strategy.Strategy, service: server, cache: openStore(t)}
			for i, want := range []struct{ hits, local int }{{45, 6}, {54, 6}} {
				w.clean()
				s, err := w.link(within(t), u)
				w.check(s, err)
				others := s.Local - want.local + s.Remote
				if err != nil || s.Hits != want.hits || s.Uncached != want.local || s.Hits+want.local+others != 60 {
					t.Errorf("link %d: %+v, %v", i, s, err)
				}
				warnings := strings.Count(w.stderr(), "may read files") // at most one for each module
				if warnings < 1 || warnings > want.local || strategy.Strategy == link.Remote && s.Local != want.local {
					t.Errorf("link %d: %+v, stderr:\n%s", i, s, w.stderr())
				}
			}
			names, _ := w.compilations("workercc")
			if slices.Contains(names, "c3") {
				t.Error("a worker compiled it")
			}
			module := digest.SHA256.Of([]byte(fmt.Sprintf("%s\n", w.contents[3])))
			if _, sent := server.Blob(module); sent {
				t.Error("the service has got the module")
			}
		})
	}
}
