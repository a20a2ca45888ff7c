//go:build unix

package main

import (
	"context"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"thinrex/go/internal/reapitest"
	"thinrex/go/report"
)

// An outageFault happens while all jobs of a link are being executed.
type outageFault struct {
	options reapitest.Options
	happens func(*reapitest.Server) error // nil for nothing
	flags   []string                      // NAME=VALUE, without THINREX_
	here    bool                          // all jobs then run here; with --exec_strategy=remote the link fails
}

// patient links compile nothing here because a busy service lets a job wait.
var patient = []string{"REMOTE_PATIENCE=0", unansweredOption}

func outageFaults() map[string]outageFault {
	return map[string]outageFault{
		"connections are reset":  {happens: silently((*reapitest.Server).ResetConnections)},
		"connections are closed": {happens: silently((*reapitest.Server).CutConnections)},
		// Or for ten seconds, on a slow machine.
		"away for a second": {happens: awayForASecond, flags: []string{"REMOTE_RETRIES=8"}},
		"restarts":          {happens: (*reapitest.Server).Restart},
		"connections get old": {
			options: reapitest.Options{ConnectionAge: 300 * time.Millisecond, ConnectionGrace: 100 * time.Millisecond},
		},
		"few executions": {options: reapitest.Options{MaxExecutions: 2}},
		"few executions, with hints": {
			options: reapitest.Options{MaxExecutions: 2, RetryAfter: 50 * time.Millisecond, BusyCode: codes.Unavailable},
		},
		"few calls":                 {options: reapitest.Options{MaxCalls: 4}},
		"a short wait in the queue": {options: reapitest.Options{Slots: 1, MaxQueueTime: 50 * time.Millisecond}},
		"the scheduler dies":        {happens: silently((*reapitest.Server).StopScheduler), here: true},
		"dies":                      {happens: silently((*reapitest.Server).Stop), here: true},
	}
}

func silently(happen func(*reapitest.Server)) func(*reapitest.Server) error {
	return func(s *reapitest.Server) error { happen(s); return nil }
}

func awayForASecond(s *reapitest.Server) error {
	_, err := s.Away(time.Second)
	return err
}

// Whatever happens to a link's connections, and however few calls a service takes
// at a time, its workers compile all jobs and nothing is printed. If the service
// stays away, this machine compiles the jobs and the link prints one line; with
// --exec_strategy=remote it fails.
func TestOutages(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	for name, f := range outageFaults() {
		for _, strategy := range []string{"remote_local_fallback", "remote"} {
			t.Run(name+", "+strategy, func(t *testing.T) {
				t.Parallel()
				f.run(t, w, strategy)
			})
		}
	}
}

func (f outageFault) run(t *testing.T, w workshop, strategy string) {
	var server *reapitest.Server
	started := make(chan struct{}) // server is set
	var happening sync.WaitGroup
	f.options.Execute = reapitest.RunCommands
	if f.happens != nil {
		f.options.Slots = every
		f.options.Execute = whenAllRun(&happening, func() {
			<-started
			if err := f.happens(server); err != nil {
				t.Error(err)
			}
		})
	}
	server = reapitest.StartT(t, f.options)
	close(started)
	t.Cleanup(happening.Wait)
	s := w.site(t)
	s.with("REMOTE_EXECUTOR=grpc://"+server.Addr(), "EXEC_STRATEGY="+strategy)
	s.with(append(f.flags, patient...)...)
	if f.here && strategy == "remote" {
		got, printed, err := s.tryLink()
		checkRow(t, got, printed)
		if err == nil || got.Local != 0 {
			t.Errorf("%v: %+v, printed %q", err, got, printed)
		}
		s.nothingLeft()
		return
	}
	got, printed := s.link()
	checkRow(t, got, printed)
	// What was executed behind a stream that broke is found executed.
	got.Remote, got.Hits, got.RemoteHits = got.Remote+got.RemoteHits, got.Hits-got.RemoteHits, 0
	want := *remotely
	if f.here {
		want = *here
		wantPrinted(t, printed, "remote")
	} else if printed != "" {
		t.Errorf("printed %q", printed)
	}
	wantSummary(t, got, want)
	s.nothingLeft()
}

// whenAllRun has something happen when all jobs of a link are being executed,
// and lets none of them end before, unless their server does.
func whenAllRun(happening *sync.WaitGroup, happen func()) reapitest.ExecuteFunc {
	var mu sync.Mutex
	running, over := 0, make(chan struct{})
	return func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		mu.Lock()
		if running++; running == every {
			happening.Go(func() {
				defer close(over)
				happen()
			})
		}
		mu.Unlock()
		select {
		case <-over:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return reapitest.RunCommands(ctx, job)
	}
}

// The results in a service's cache are used also if its scheduler is down.
func TestDeadSchedulerLiveCache(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
	s := newSite(t)
	s.with("REMOTE_EXECUTOR=grpc://" + server.Addr())
	s.link()
	server.StopScheduler()
	s.forget()
	got, printed := s.link()
	wantSummary(t, got, report.Summary{Hits: every, RemoteHits: every})
	wantPrinted(t, printed, "")
	for action := range server.ActionResults() {
		server.RemoveActionResult(action) // one that must be done here
		break
	}
	s.forget()
	got, printed = s.link()
	wantSummary(t, got, report.Summary{Hits: every - 1, RemoteHits: every - 1, Local: 1, Fallbacks: 1})
	wantPrinted(t, printed, "the scheduler can't be reached")
	s.nothingLeft()
}

// Many links at once have all their jobs executed by a service that takes few
// executions at a time, or few calls.
func TestCrowdedService(t *testing.T) {
	for name, o := range map[string]reapitest.Options{"few executions": {MaxExecutions: 3}, "few calls": {MaxCalls: 12}} {
		t.Run(name, func(t *testing.T) {
			o.Execute = reapitest.RunCommands
			server := reapitest.StartT(t, o)
			s := newSite(t)
			s.with("REMOTE_EXECUTOR=grpc://"+server.Addr(), "DISK_CACHE=")
			s.with(patient...)
			s.linksAtOnce(8)
			s.everySummary(`"local":0,`)
			s.nothingLeft()
		})
	}
}
