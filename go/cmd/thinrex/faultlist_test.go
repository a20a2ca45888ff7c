//go:build unix

package main

import (
	"context"
	"fmt"
	"sync/atomic"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/bazelbuild/remote-apis/build/bazel/semver"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/internal/reapitest"
	"thinrex/go/report"
)

// warning is a pattern for one warning about a remote service, with a text in it.
func warning(text string) string {
	return `(?:thinrex: warning: [^\n]*remote[^\n]*` + text + `[^\n]*\n)`
}

var oneWarning = warning("")

// refusals are the codes with which a service may refuse a call.
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
