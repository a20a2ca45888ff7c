//go:build unix

package main

import (
	"context"
	"fmt"
	"net"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/bazelbuild/remote-apis/build/bazel/semver"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

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

// warning is a line about what the service can't, with words in it.
func warning(words string) string {
	return `(?:thinrex: warning: [^\n]*remote[^\n]*` + words + `[^\n]*\n)`
}

var oneWarning = warning("")

// refusals are what a service may say instead of doing it.
var refusals = []codes.Code{
	codes.Unavailable, codes.ResourceExhausted, codes.DeadlineExceeded, codes.Canceled, codes.PermissionDenied,
	codes.Unauthenticated,
}

func faults() map[string]fault {
	m := map[string]fault{
		"down at start": {before: (*reapitest.Server).Stop, want: here, prints: oneWarning},
		"dies":          {third: (*reapitest.Server).Stop, prints: oneWarning},
		"restarts empty": {
			third: func(s *reapitest.Server) { s.Wipe(true); s.Restart() },
			flags: []string{"REMOTE_RETRIES=20"},
			want:  remotely,
		},
		"loses its blobs": {third: func(s *reapitest.Server) { s.Wipe(false) }, want: remotely},
		"resets streams":  {third: (*reapitest.Server).CutConnections, want: remotely},
		"Execute ends too soon": {
			before: inject(reapitest.Fault{Method: "Execute", CutAfter: 1, Times: 3}),
			want:   remotely,
		},
		"Execute never gets done": {
			before: inject(
				reapitest.Fault{Method: "Execute", CutAfter: 1},
				reapitest.Fault{Method: "WaitExecution", CutAfter: -1},
			),
			prints: oneWarning,
		},
		"a stream is stuck": {before: inject(reapitest.Fault{Method: "Execute", CutAfter: 2, Hang: true, Times: 1}),
			flags: []string{"REMOTE_TIMEOUT=1s", "REMOTE_EXECUTION_TIMEOUT=1s"}, prints: oneWarning},
		"an execution is stuck": {
			options: reapitest.Options{Execute: firstly(func(ctx context.Context) (*reapitest.Result, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			})},
			flags:  []string{"REMOTE_EXECUTION_TIMEOUT=1s"},
			prints: oneWarning,
			want:   &report.Summary{Remote: every - 1, Local: 1, Fallbacks: 1},
		},
		"nobody serves the queue": {options: reapitest.Options{Unserved: true}, flags: []string{"REMOTE_PATIENCE=100ms"},
			silent: true, want: &report.Summary{Local: every}, prints: oneWarning + "?"},
		"its storage is dead": {before: (*reapitest.Server).StallStorage, flags: []string{"REMOTE_PATIENCE=100ms"},
			silent: true, want: &report.Summary{Local: every}, prints: oneWarning},
		"never answers": {before: inject(reapitest.Fault{Hang: true}), flags: []string{"REMOTE_PATIENCE=100ms"},
			silent: true, want: &report.Summary{Local: every}, prints: oneWarning},
		"a worker is killed": {options: reapitest.Options{Execute: firstly(func(context.Context) (*reapitest.Result, error) {
			return &reapitest.Result{ExitCode: 137}, nil
		})}, prints: oneWarning, want: &report.Summary{Remote: every - 1, Local: 1, Fallbacks: 1}},
		"a worker's compiler fails": {
			options: reapitest.Options{Execute: firstly(func(ctx context.Context) (*reapitest.Result, error) {
				return compilerError(ctx, nil)
			})},
			prints: warning("bad module"),
			want:   &report.Summary{Remote: every - 1, Local: 1, Fallbacks: 1},
		},
		"all workers' compilers fail": {
			options: reapitest.Options{Execute: compilerError},
			prints:  warning("bad module"),
			want:    here,
		},
		"a worker has no compiler": {flags: []string{"REMOTE_COMPILER=/nowhere/clang"}, prints: oneWarning, want: here},
		"a worker writes nothing": {
			options: reapitest.Options{Execute: func(context.Context, *reapitest.Job) (*reapitest.Result, error) {
				return &reapitest.Result{}, nil
			}},
			prints: oneWarning,
			want:   here,
		},
		"no worker matches": {
			options: reapitest.Options{Execute: func(context.Context, *reapitest.Job) (*reapitest.Result, error) {
				return nil, unavailable
			}},
			prints: oneWarning,
			want:   here,
		},
		"reads are wrong": {
			before: func(s *reapitest.Server) { s.CorruptReads(reapitest.WrongBytes) },
			prints: oneWarning,
			want:   here,
		},
		"reads are cut": {
			before: func(s *reapitest.Server) { s.CorruptReads(reapitest.Truncated) },
			prints: oneWarning,
			want:   here,
		},
		"no batch limit":        {options: batchLimit(0), want: remotely},
		"batch limit 64 KiB":    {options: batchLimit(64 << 10), want: remotely},
		"all blobs are streams": {options: batchLimit(1), want: remotely},
		"committed size is -1":  {options: minusOne(), want: remotely},
		"API version 1":         {options: reapitest.Options{Capabilities: oldAPI}, prints: oneWarning, want: here},
		"executes nothing":      {options: reapitest.Options{Capabilities: noExecution}, prints: oneWarning, want: here},
	}
	for _, method := range []string{
		"GetCapabilities", "GetActionResult", "FindMissingBlobs", "BatchUpdateBlobs", "Execute", "BatchReadBlobs",
	} {
		m["hang "+method] = fault{
			before: inject(reapitest.Fault{Method: method, Hang: true}),
			flags:  []string{"REMOTE_TIMEOUT=1s"},
			want:   here,
			prints: oneWarning,
		}
		refuses(m, method, fault{})
	}
	refuses(m, "Write", fault{options: batchLimit(1)})
	refuses(m, "Read", fault{options: batchLimit(1)})
	refuses(m, "WaitExecution", fault{}, reapitest.Fault{Method: "Execute", CutAfter: 1})
	m["hang WaitExecution"] = fault{
		before: inject(reapitest.Fault{Method: "Execute", CutAfter: 1}, reapitest.Fault{Method: "WaitExecution", Hang: true}),
		flags:  []string{"REMOTE_TIMEOUT=1s", "REMOTE_EXECUTION_TIMEOUT=1s"}, prints: oneWarning,
	}
	for _, method := range []string{"Write", "Read"} {
		streams := fault{
			options: batchLimit(1),
			before:  inject(reapitest.Fault{Method: method, Hang: true}),
			flags:   []string{"REMOTE_TIMEOUT=1s"},
			prints:  oneWarning,
		}
		m["hang "+method] = streams
		streams.before, streams.flags = inject(reapitest.Fault{Method: method, CutAfter: -1, Code: codes.Unavailable}), nil
		m["cut "+method] = streams
		streams.before = inject(reapitest.Fault{Method: method, CutAfter: -1, Code: codes.Unavailable, Times: 2})
		streams.want, streams.prints = remotely, ""
		m["cut twice "+method] = streams
	}
	return m
}

// refuses adds to m that a method is refused once, and always, to what else
// goes wrong.
func refuses(m map[string]fault, method string, f fault, also ...reapitest.Fault) {
	for _, code := range refusals {
		once, always := f, f
		once.before = inject(append(also, reapitest.Fault{Method: method, Code: code, Times: 1})...)
		if passes(code) {
			once.want = remotely
		} else {
			once.prints = oneWarning + "?"
		}
		always.apart = method == "BatchReadBlobs"
		if code == codes.ResourceExhausted { // which is waited for: for as long as an answer, or an execution, may take
			always.flags = []string{"REMOTE_TIMEOUT=2s", "REMOTE_EXECUTION_TIMEOUT=1s"}
		}
		always.before = inject(append(also, reapitest.Fault{Method: method, Code: code})...)
		always.want, always.prints = here, oneWarning
		m[fmt.Sprint(code, " once ", method)], m[fmt.Sprint(code, " always ", method)] = once, always
	}
}

var unavailable = status.Error(codes.Unavailable, "no worker for this platform")

// passes reports whether a refusal may be a matter of moments.
func passes(code codes.Code) bool {
	return code != codes.PermissionDenied && code != codes.Unauthenticated
}

func inject(faults ...reapitest.Fault) func(*reapitest.Server) {
	return func(s *reapitest.Server) {
		for _, f := range faults {
			s.Inject(f)
		}
	}
}

// firstly has the first execution go another way. The others take the time that
// they need.
func firstly(f func(context.Context) (*reapitest.Result, error)) reapitest.ExecuteFunc {
	var done atomic.Bool
	return func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		if done.CompareAndSwap(false, true) {
			return f(ctx)
		}
		return reapitest.RunCommands(context.WithoutCancel(ctx), job)
	}
}

func batchLimit(n int64) reapitest.Options {
	return reapitest.Options{
		Capabilities: func(caps *repb.ServerCapabilities) { caps.CacheCapabilities.MaxBatchTotalSizeBytes = n },
	}
}

func minusOne() reapitest.Options {
	o := batchLimit(1)
	o.CommittedSize = func(int64) int64 { return -1 }
	return o
}

func oldAPI(caps *repb.ServerCapabilities) {
	caps.LowApiVersion, caps.HighApiVersion = &semver.SemVer{Major: 1}, &semver.SemVer{Major: 1, Minor: 9}
}
