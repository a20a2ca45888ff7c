//go:build unix

package main

import (
	"context"
	"net"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"

	"thinrex/go/internal/reapitest"
	"thinrex/go/report"
)

// A fault is something that goes wrong, and what the link then does. Whatever it
// is, the program equals that of a link without thinrex, and no process or file is
// left behind.
type fault struct {
	options reapitest.Options
	before  func(*reapitest.Server)
	third   func(*reapitest.Server) // happens while the third action is executed
	apart   bool                    // no two results are read in one batch
	silent  bool                    // this machine needn't have waited for the lookups
	flags   []string                // NAME=VALUE, without THINREX_
	want    *report.Summary
	prints  string // a regular expression for all that is printed
}

var (
	remotely = &report.Summary{Remote: every}
	here     = &report.Summary{Local: every, Fallbacks: every}
)

func TestExecutionFaults(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	all := faults()
	all["takes no connection"] = fault{
		flags:  []string{"REMOTE_EXECUTOR=grpc://" + silent(t)},
		want:   here,
		prints: oneWarning,
	}
	for name, f := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f.run(t, w)
		})
	}
}

// silent returns an address on which no process accepts connections.
func silent(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

func (f fault) run(t *testing.T, w workshop) {
	if f.options.Execute == nil {
		f.options.Execute = reapitest.RunCommands
	}
	var server *reapitest.Server
	var happening sync.WaitGroup
	switch {
	case f.third != nil:
		f.options.Execute = inThird(func() { f.third(server) }, &happening)
	case f.apart:
		f.options.Execute = oneByOne(&server)
	}
	server = reapitest.StartT(t, f.options)
	t.Cleanup(happening.Wait)
	s := w.site(t)
	s.with("REMOTE_EXECUTOR=grpc://" + server.Addr())
	s.with("REMOTE_RETRIES=2", unansweredOption)
	s.with(f.flags...)
	if f.before != nil {
		f.before(server)
	}
	got, printed := s.link()
	checkRow(t, got, printed)
	if f.third != nil { // what was executed behind a stream that broke is found executed
		got.Remote, got.Hits, got.RemoteHits = got.Remote+got.RemoteHits, got.Hits-got.RemoteHits, 0
	}
	if f.silent {
		got.Fallbacks = 0
	}
	if f.want != nil {
		wantSummary(t, got, *f.want)
	}
	if !regexp.MustCompile("^(?:" + f.prints + ")$").MatchString(printed) {
		t.Errorf("printed %q, want %q", printed, f.prints)
	}
	s.nothingLeft()
}

// inThird has something happen while the third action is executed, which ends
// after it, unless its server does before.
func inThird(happen func(), happening *sync.WaitGroup) reapitest.ExecuteFunc {
	var executed atomic.Int32
	return func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		if executed.Add(1) == 3 {
			over := make(chan struct{})
			happening.Go(func() {
				defer close(over)
				happen()
			})
			select {
			case <-over:
			case <-ctx.Done():
			}
		}
		return reapitest.RunCommands(ctx, job)
	}
}

// oneByOne executes an action when the result of the one before is being read:
// a batch that several share fails in another way.
func oneByOne(server **reapitest.Server) reapitest.ExecuteFunc {
	var mu sync.Mutex
	executed := 0
	return func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		mu.Lock()
		defer mu.Unlock()
		for {
			read := map[string]bool{}
			calls := (*server).Requests("BatchReadBlobs")
			for _, call := range calls {
				read[call.Metadata.GetActionId()] = true
			}
			if len(read) >= executed {
				break
			}
			if err := (*server).WaitCalls(ctx, "BatchReadBlobs", len(calls)+1); err != nil {
				return nil, err
			}
		}
		executed++
		return reapitest.RunCommands(ctx, job)
	}
}
