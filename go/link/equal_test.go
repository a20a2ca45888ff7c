package link_test

import (
	"errors"
	"fmt"
	"testing"

	"thinrex/go/host"
	"thinrex/go/link"
)

// manyEqual returns the contents of 60 modules, of which 10 are different. Number 3 of
// these also has the text in special.
func manyEqual(special string) []string {
	var contents []string
	for i := range 60 {
		content := fmt.Sprintf("c%d", i%10)
		if i%10 == 3 {
			content += special
		}
		contents = append(contents, content)
	}
	return contents
}

// Of several equal jobs one is compiled; the others count as hits.
func TestEqualJobs(t *testing.T) {
	for _, strategy := range strategies {
		t.Run(strategy.name, func(t *testing.T) {
			w := newWorld(t, manyEqual(""))
			u := setup{strategy: strategy.Strategy, service: service(t), cache: openStore(t)}
			s, err := w.link(within(t), u)
			w.check(s, err)
			if err != nil || s.Hits != 50 || s.Local+s.Remote != 10 || s.RemoteHits > 0 {
				t.Errorf("cold: %+v, %v", s, err)
			}
			if strategy.Strategy == link.Local && s.Local != 10 || strategy.Strategy == link.Remote && s.Remote != 10 {
				t.Errorf("in the wrong place: %+v", s)
			}
			w.clean()
			s, err = w.link(within(t), u)
			w.check(s, err)
			if err != nil || s.Hits != 60 || s.RemoteHits > 0 {
				t.Errorf("warm: %+v, %v", s, err)
			}
			if strategy.Strategy == link.Racing {
				return // what won here isn't in the service
			}
			w.clean()
			u.cache = openStore(t)
			s, err = w.link(within(t), u)
			w.check(s, err)
			if err != nil || s.Hits != 60 || s.RemoteHits != 10 {
				t.Errorf("with a warm service: %+v, %v", s, err)
			}
		})
	}
}

// If one of several equal jobs fails, all count as failed. Without --keep_going the
// other jobs may be skipped.
func TestEqualJobsFail(t *testing.T) {
	for _, strategy := range strategies {
		for _, keepGoing := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s,keep_going=%v", strategy.name, keepGoing), func(t *testing.T) {
				w := newWorld(t, manyEqual(" fail"))
				s, err := w.link(within(t), setup{
					strategy:  strategy.Strategy,
					service:   service(t),
					cache:     openStore(t),
					keepGoing: keepGoing,
				})
				w.check(s, err)
				if !errors.Is(err, link.ErrCompilation) || s.Failed == 0 || s.Failed > 6 {
					t.Errorf("%+v, %v", s, err)
				}
				if keepGoing && (s.Failed != 6 || s.Hits != 45 || s.Local+s.Remote != 9) {
					t.Errorf("not all others were compiled: %+v", s)
				}
			})
		}
	}
}

// A job that the service refuses is compiled here, if the strategy allows that, and
// its equal jobs get the same object.
func TestEqualJobsRefused(t *testing.T) {
	for _, strategy := range strategies[1:] {
		t.Run(strategy.name, func(t *testing.T) {
			w := newWorld(t, manyEqual(" refuse"))
			s, err := w.link(within(t), setup{strategy: strategy.Strategy, service: service(t), cache: openStore(t)})
			w.check(s, err)
			if strategy.Strategy == link.Remote {
				if _, ok := errors.AsType[*host.EnvironmentError](err); !ok {
					t.Errorf("%+v, %v", s, err)
				}
				return
			}
			if err != nil || s.Hits != 50 || s.Local == 0 || s.Local+s.Remote != 10 || s.Fallbacks > 1 {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
}
