package link_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"thinrex/go/action"
	"thinrex/go/internal/reapitest"
	"thinrex/go/link"
	"thinrex/go/store"
)

// A forger is a disk cache that stores another sound object for some modules.
type forger struct {
	disk   *store.Store
	forges func(module string) bool
}

func (f forger) Lookup(ctx context.Context, a *action.Action) (*action.Result, error) {
	return f.disk.Lookup(ctx, a)
}

func (f forger) Store(ctx context.Context, a *action.Action, r *action.Result) error {
	if f.forges(a.Subject) {
		r = &action.Result{Outputs: []action.OutputFile{{Name: r.Outputs[0].Name, Data: reapitest.Object("forged\n")}}}
	}
	return f.disk.Store(ctx, a, r)
}

// A wrong entry of the disk cache is found, named and replaced, and the linker gets the
// right object. Sound hits stay hits.
func TestVerifyHits(t *testing.T) {
	w := newWorld(t, manyDifferent(5))
	forged := w.file.Jobs[2].Module()
	disk := openStore(t)
	ctx := within(t)
	forger := forger{disk, func(module string) bool { return module == forged }}
	if s, err := w.link(ctx, setup{cache: forger}); err != nil || s.Local != 5 {
		t.Fatalf("%+v, %v", s, err)
	}
	w.clean()
	s, err := w.link(ctx, setup{cache: disk}) // which doesn't verify
	if err != nil || s.Hits != 5 || s.Verified != 0 || !strings.Contains(w.read(w.file.Jobs[2].Outputs[0]), "forged") {
		t.Fatalf("%+v, %v", s, err)
	}

	w.clean()
	s, err = w.link(ctx, setup{cache: disk, verifyHits: 100})
	w.check(s, err)
	if s.Hits != 4 || s.Local != 1 || s.Verified != 5 || s.WrongHits != 1 || s.NotDeterministic != 0 {
		t.Errorf("%+v", s)
	}
	printed := w.stderr()
	if strings.Count(printed, "warning") != 1 || !strings.Contains(printed, forged+": the entry") ||
		!strings.Contains(printed, "was removed") {
		t.Errorf("printed %q", printed)
	}

	w.clean()
	s, err = w.link(ctx, setup{cache: disk, verifyHits: 100})
	w.check(s, err)
	if s.Hits != 5 || s.Verified != 5 || s.WrongHits != 0 || w.stderr() != "" {
		t.Errorf("%+v, printed %q", s, w.stderr())
	}
}

// A compiler that gives other bytes each time is named, and the cached object is used: it
// isn't wrong, and stays.
func TestVerifyNotDeterministic(t *testing.T) {
	for _, where := range []string{"disk", "service"} {
		t.Run(where, func(t *testing.T) {
			w := newWorld(t, []string{"steady", "moody vary"})
			u := setup{cache: openStore(t)}
			if where == "service" {
				u = setup{service: service(t)}
			}
			ctx := within(t)
			if s, err := w.link(ctx, u); err != nil || s.Local != 2 {
				t.Fatalf("%+v, %v", s, err)
			}
			object := w.file.Jobs[1].Outputs[0]
			want := w.read(object)
			u.verifyHits = 100
			for range 2 {
				w.clean()
				s, err := w.link(ctx, u)
				w.check(s, err)
				if s.Hits != 2 || s.Verified != 2 || s.NotDeterministic != 1 || s.WrongHits != 0 || w.read(object) != want {
					t.Errorf("%+v", s)
				}
				if !strings.Contains(w.stderr(), w.file.Jobs[1].Module()+": the compiler isn't deterministic") {
					t.Errorf("printed %q", w.stderr())
				}
			}
		})
	}
}

// A wrong entry of a service stays there, and the user is told what to do. This machine's
// disk cache and linker get the right object.
func TestVerifyWrongInService(t *testing.T) {
	w := newWorld(t, manyDifferent(2))
	server := service(t, func(o *reapitest.Options) {
		o.Execute = func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
			r, err := worker(ctx, job)
			if err == nil && strings.Contains(string(r.Outputs[0].Data), "object of c1") {
				r.Outputs[0].Data = reapitest.Object("object of c1, forged")
			}
			return r, err
		}
	})
	ctx := within(t)
	if s, err := w.link(ctx, setup{strategy: link.Remote, service: server}); err != nil || s.Remote != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
	disk := openStore(t)
	for _, round := range []string{"with a disk cache", "again, from the service alone"} {
		w.clean()
		u := setup{service: server, cache: disk, verifyHits: 100} // which may store there
		if round != "with a disk cache" {
			u.cache = nil
		}
		s, err := w.link(ctx, u)
		w.check(s, err)
		if s.RemoteHits != 1 || s.Local != 1 || s.Verified != 2 || s.WrongHits != 1 {
			t.Errorf("%s: %+v", round, s)
		}
		if got, want := w.read(w.file.Jobs[1].Outputs[0]), objectOf("c1", canonicalShard(smallShard)); got != want {
			t.Errorf("%s: the linker got %q", round, got)
		}
		if !strings.Contains(w.stderr(), server.Addr()+" is wrong") {
			t.Errorf("%s: printed %q", round, w.stderr())
		}
	}
	w.clean()
	s, err := w.link(ctx, setup{cache: disk, verifyHits: 100})
	w.check(s, err)
	if s.Hits != 2 || s.WrongHits != 0 {
		t.Errorf("%+v", s)
	}
}

// A compilation that fails here says nothing of the entry.
func TestVerifyFails(t *testing.T) {
	w := newWorld(t, []string{"fragile run test ! -e \"$BROKEN\""})
	u := setup{cache: openStore(t)}
	ctx := within(t)
	broken := w.dir + "/broken"
	w.contents[0] = "fragile run test ! -e " + broken
	w.write(w.file.Jobs[0].Module(), []byte(w.contents[0]+"\n"))
	if s, err := w.link(ctx, u); err != nil || s.Local != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	if err := os.WriteFile(broken, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	w.clean()
	u.verifyHits = 100
	s, err := w.link(ctx, u)
	w.check(s, err)
	if s.Hits != 1 || s.Verified != 0 || s.WrongHits != 0 || !strings.Contains(w.stderr(), "can't be verified") {
		t.Errorf("%+v, printed %q", s, w.stderr())
	}
}
