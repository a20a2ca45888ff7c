package link_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"thinrex/go/internal/reapitest"
	"thinrex/go/link"
)

// soon is a patience that is over at once, on whatever machine.
const soon = time.Millisecond

// forever executes nothing until the server stops.
func forever(ctx context.Context, _ *reapitest.Job) (*reapitest.Result, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// This machine compiles the jobs about which a service is silent, for whatever reason. One
// line tells the user if the service has never answered.
func TestSilentService(t *testing.T) {
	const jobs = 12
	hang := func(methods ...string) func(*reapitest.Server) {
		return func(s *reapitest.Server) {
			for _, m := range methods {
				s.Inject(reapitest.Fault{Method: m, Hang: true})
			}
		}
	}
	for _, tc := range []struct {
		name    string
		options func(*reapitest.Options)
		fault   func(*reapitest.Server)
		heard   bool // lookups are answered, if that is soon enough
	}{
		{name: "says nothing at all", fault: hang("")},
		{name: "capabilities", fault: hang("GetCapabilities")},
		{name: "its storage is dead", fault: (*reapitest.Server).StallStorage},
		{name: "its CAS is dead", fault: hang("FindMissingBlobs", "BatchUpdateBlobs", "Write"), heard: true},
		{name: "nobody serves the queue", options: func(o *reapitest.Options) { o.Unserved = true }, heard: true},
		{name: "executions never begin", fault: hang("Execute"), heard: true},
		{name: "executions never end", options: func(o *reapitest.Options) { o.Execute = forever }, heard: true},
		{name: "results can't be read", fault: hang("BatchReadBlobs", "Read"), heard: true},
	} {
		for _, strategy := range strategies {
			if strategy.Strategy == link.Remote || strategy.Strategy == link.Local && tc.heard {
				continue // it waits; nothing is executed
			}
			t.Run(tc.name+","+strategy.name, func(t *testing.T) {
				w := newWorld(t, manyDifferent(jobs))
				server := service(t, func(o *reapitest.Options) {
					if tc.options != nil {
						tc.options(o)
					}
				})
				if tc.fault != nil {
					tc.fault(server)
				}
				u := setup{strategy: strategy.Strategy, service: server, cache: openStore(t), patience: soon}
				s, err := w.link(within(t), u)
				w.check(s, err)
				if err != nil || s.Local != jobs {
					t.Errorf("%+v, %v", s, err)
				}
				printed := w.stderr()
				one := strings.Count(printed, "\n") == 1 && strings.Contains(printed, "has not answered within 1ms")
				if !one && !(tc.heard && printed == "") {
					t.Errorf("stderr:\n%s", printed)
				}
			})
		}
	}
}

// objectFor is what the compiler would make of a worker's job.
func objectFor(w *world, job *reapitest.Job) []byte {
	for _, in := range job.Inputs {
		if data, _ := job.Blob(in.Digest); in.Path == "m.o" {
			name, _, _ := strings.Cut(string(data), " ")
			return []byte(objectOf(name, canonicalShard(smallShard)))
		}
	}
	w.Error("a job has no module")
	return nil
}

// A machine that is busy with its own jobs doesn't compile those of a silent service.
func TestBusyMachineDoesNotHelp(t *testing.T) {
	const jobs = 6
	w := newWorld(t, manyDifferent(jobs))
	slots := noTokens(t)
	server := service(t, func(o *reapitest.Options) {
		o.Execute = func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
			if err := until(ctx, func() bool { return !slots.Idle() }); err != nil { // somebody waits to help
				return nil, err
			}
			return worker(ctx, job)
		}
	})
	s, err := w.link(within(t), setup{strategy: link.Fallback, service: server, slots: slots, patience: soon})
	w.check(s, err)
	if err != nil || s.Remote != jobs {
		t.Errorf("%+v, %v", s, err)
	}
}

// While a service is silent, this machine may find out that the source has an error, or
// that a job must run in the linker's folder. Both end the job; a killed compiler doesn't.
func TestOutcomeHereEndsJob(t *testing.T) {
	silent := func(o *reapitest.Options) { o.Unserved = true }
	t.Run("error", func(t *testing.T) {
		w := newWorld(t, append(manyDifferent(3), "c9 fail"))
		s, err := w.link(within(t), setup{strategy: link.Fallback, service: service(t, silent), patience: soon})
		w.check(s, err)
		if !errors.Is(err, link.ErrCompilation) || !strings.Contains(w.stderr(), "error: c9 is bad") {
			t.Errorf("%+v, %v; stderr:\n%s", s, err, w.stderr())
		}
	})
	t.Run("other files", func(t *testing.T) {
		w := newWorld(t, []string{"c0 run touch other"})
		s, err := w.link(within(t), setup{strategy: link.Fallback, service: service(t, silent), patience: soon})
		w.check(s, err)
		if err != nil || s.Local != 1 || s.Uncached != 1 {
			t.Errorf("%+v, %v; stderr:\n%s", s, err, w.stderr())
		}
	})
	t.Run("killed", func(t *testing.T) { // which says nothing of the job: the service is waited for
		w := newWorld(t, []string{"c0 run kill -9 $PPID"})
		server := service(t, func(o *reapitest.Options) {
			o.Execute = func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
				err := until(ctx, func() bool { return w.read("fakecc.log") != "" })
				return &reapitest.Result{Outputs: []reapitest.Output{{Path: "m.native.o", Data: objectFor(w, job)}}}, err
			}
		})
		s, err := w.link(within(t), setup{strategy: link.Fallback, service: server, patience: soon})
		w.check(s, err)
		if err != nil || s.Remote != 1 {
			t.Errorf("%+v, %v; stderr:\n%s", s, err, w.stderr())
		}
	})
}

// With --exec_strategy=remote nothing is compiled here. --verbose tells the user what the
// link waits for.
func TestVerboseTellsWhatLinkWaitsFor(t *testing.T) {
	for name, tc := range map[string]struct {
		options func(*reapitest.Options)
		fault   func(*reapitest.Server)
		want    string
	}{
		"queued": {options: func(o *reapitest.Options) { o.Unserved = true },
			want: ": 4 jobs, of which 0 are executing; nothing heard for "},
		"executing": {options: func(o *reapitest.Options) { o.Execute = forever },
			want: ": 4 jobs, of which 4 are executing; nothing heard for "},
		"executing, of some": {options: func(o *reapitest.Options) { o.Slots, o.Execute = 1, forever },
			want: ": 4 jobs, of which 1 are executing; nothing heard for "},
		"lookups": {fault: (*reapitest.Server).StallStorage, want: ": 4 lookups; nothing heard for "},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, manyDifferent(4))
			server := service(t, func(o *reapitest.Options) {
				if tc.options != nil {
					tc.options(o)
				}
			})
			if tc.fault != nil {
				tc.fault(server)
			}
			ctx, cancel := context.WithCancel(within(t))
			defer cancel()
			told := make(chan error, 1)
			go func() {
				told <- until(ctx, func() bool { return strings.Contains(w.stderr(), "waiting for grpc://"+server.Addr()+tc.want) })
				cancel()
			}()
			s, err := w.link(ctx, setup{strategy: link.Remote, service: server, patience: soon, verbose: true})
			w.check(s, err)
			if waited := <-told; !errors.Is(err, context.Canceled) || waited != nil || s.Local > 0 {
				t.Errorf("%+v, %v; waiting for the message: %v; stderr:\n%s", s, err, waited, w.stderr())
			}
			if w.stderr() == "" || strings.Count(w.stderr(), "\n") > 20 {
				t.Errorf("stderr:\n%s", w.stderr())
			}
		})
	}
}

// A link also waits for results that are being stored, and tells the user so.
func TestVerboseTellsThatLinkStoresResults(t *testing.T) {
	w := newWorld(t, manyDifferent(3))
	server := service(t)
	server.Inject(reapitest.Fault{Method: "UpdateActionResult", Hang: true})
	ctx, cancel := context.WithCancel(within(t))
	defer cancel()
	told := make(chan error, 1)
	go func() {
		told <- until(ctx, func() bool {
			return strings.Contains(w.stderr(), ": 3 results to be stored; nothing heard for ")
		})
		cancel()
	}()
	// With less, a busy machine compiles all jobs before the first lookup is answered, and
	// then stores nothing.
	patience := time.Second
	_, err := w.link(ctx, setup{strategy: link.Local, service: server, patience: patience, verbose: true})
	if waited := <-told; waited != nil {
		t.Errorf("%v; waiting for the message: %v; stderr:\n%s", err, waited, w.stderr())
	}
}

// At its end a link doesn't wait until --remote_timeout for a CAS that is dead behind a
// live Action Cache.
func TestDeadCASDoesNotHoldLink(t *testing.T) {
	const jobs, patience = 3, time.Second
	w := newWorld(t, manyDifferent(jobs))
	server := service(t)
	server.Inject(reapitest.Fault{Method: "FindMissingBlobs", Hang: true})
	s, err := w.link(within(t), setup{strategy: link.Local, service: server, patience: patience})
	w.check(s, err)
	if err != nil || s.Local != jobs || s.Uncached != jobs {
		t.Errorf("%+v, %v", s, err)
	}
	printed := w.stderr()
	given := strings.Contains(printed, "can't write to the remote cache, going on without: grpc://"+server.Addr()+
		": FindMissingBlobs: no answer within 1s")
	unheard := strings.Contains(printed, "has not answered within 1s") // of the lookups, on a machine that is busy
	if !given && !unheard || strings.Count(printed, "\n") != 1 {
		t.Errorf("stderr:\n%s", printed)
	}
}
