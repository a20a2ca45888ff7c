//go:build unix

package main

import (
	"context"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"thinrex/go/internal/reapitest"
	"thinrex/go/report"
)

// compilerError is what a worker whose compiler refuses a module gives.
func compilerError(context.Context, *reapitest.Job) (*reapitest.Result, error) {
	return &reapitest.Result{ExitCode: 1, Stderr: []byte("error: m.o: bad module\n"), Message: "see page 7"}, nil
}

// With --exec_strategy=remote, a compiler's error on a worker ends the link
// without another try, and the message names the user's file.
func TestCompilerErrorOnWorker(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Execute: compilerError})
	s := newSite(t)
	s.with("REMOTE_EXECUTOR=grpc://" + server.Addr())
	s.with("EXEC_STRATEGY=remote", "REMOTE_JOBS=1")
	got, printed, err := s.tryLink()
	if err == nil {
		t.Error("the link succeeded")
	}
	// One more may have been on its way when the first one failed.
	if got.Failed < 1 || got.Failed > 2 || got.Failed+got.Skipped != every {
		t.Errorf("%+v", got)
	}
	for _, want := range []string{"error: ", ".o: bad module", "the remote service says: see page 7", "(exit status 1)"} {
		if !strings.Contains(printed, want) {
			t.Errorf("printed %q, want %q", printed, want)
		}
	}
	if n := len(server.Executions()); n < got.Failed || n > 2 {
		t.Errorf("%d executions for %d failures", n, got.Failed)
	}
	if strings.Contains(printed, " m.o") || strings.Count(printed, "bad module") != 1 {
		t.Errorf("printed %q", printed)
	}
	s.nothingLeft()
}

// With --exec_strategy=remote, nothing is compiled here, whatever happens.
func TestRemoteOnly(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
	s := newSite(t)
	s.with("REMOTE_EXECUTOR=grpc://" + server.Addr())
	s.with("EXEC_STRATEGY=remote")
	s.with("REMOTE_RETRIES=1")
	server.Stop()
	got, printed, err := s.tryLink()
	if err == nil || got.Local != 0 || !strings.Contains(printed, "remotely: grpc://"+server.Addr()) {
		t.Errorf("%v: %+v, printed %q", err, got, printed)
	}
	s.nothingLeft()
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	got, _ = s.link()
	wantSummary(t, got, *remotely)
}

// Racing takes the first sound result and ends the other side. A failure of one
// side doesn't count as long as the other may still succeed.
func TestRacing(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	forever := func(ctx context.Context, _ *reapitest.Job) (*reapitest.Result, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	// Nothing is compiled here until two tasks, those that two workers may have
	// at most, have failed there, each after four executions.
	var executions atomic.Int32
	failing := func(s *site) reapitest.ExecuteFunc {
		return func(context.Context, *reapitest.Job) (*reapitest.Result, error) {
			if executions.Add(1) == 8 {
				s.write("gate", "")
			}
			return nil, unavailable
		}
	}
	always := func(f reapitest.ExecuteFunc) func(*site) reapitest.ExecuteFunc {
		return func(*site) reapitest.ExecuteFunc { return f }
	}
	allHere := func(s report.Summary) bool { return s.Local == every }
	for name, tc := range map[string]struct {
		execute  func(*site) reapitest.ExecuteFunc
		compiler string // a shell script, "" for the real one
		flags    []string
		before   func(*reapitest.Server)
		want     func(report.Summary) bool
		prints   string // a regular expression; nothing else is printed
	}{
		"slow workers": {execute: always(forever), want: allHere},
		"slow here": {
			execute:  always(reapitest.RunCommands),
			compiler: "if mkdir $DIR/first 2>/dev/null; then exec sleep 1000; fi; exec clang-22 \"$@\"\n",
			flags:    []string{"JOBS=1"},
			want:     func(s report.Summary) bool { return s.Remote > 0 && s.Fallbacks == 0 },
		},
		"failing workers": {
			execute:  failing,
			compiler: "until [ -e $DIR/gate ]; do sleep 0.1; done; exec clang-22 \"$@\"\n",
			flags:    []string{"REMOTE_JOBS=1"},
			want:     func(s report.Summary) bool { return s.Local == every && s.Fallbacks > 0 },
			prints:   warning("no worker for this platform"),
		},
		"failing compilers": {
			execute: always(compilerError),
			want:    func(s report.Summary) bool { return s.Local == every && s.Fallbacks == 0 },
		},
		"refused": {
			execute: always(reapitest.RunCommands),
			before:  inject(reapitest.Fault{Method: "Execute", Code: codes.PermissionDenied}),
			want:    allHere,
			prints:  warning("Execute: PermissionDenied") + "?", // if that was faster
		},
		"down": {
			execute: always(reapitest.RunCommands),
			before:  (*reapitest.Server).Stop,
			flags:   []string{"REMOTE_RETRIES=1"},
			want:    allHere,
			prints:  warning("GetCapabilities: Unavailable"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := w.site(t)
			server := reapitest.StartT(t, reapitest.Options{Execute: tc.execute(s)})
			if tc.before != nil {
				tc.before(server)
			}
			s.with("REMOTE_EXECUTOR=grpc://"+server.Addr(), "EXEC_STRATEGY=racing")
			s.with(tc.flags...)
			if tc.compiler != "" {
				s.compiler(tc.compiler)
			}
			got, printed := s.link()
			if got.Local+got.Remote+got.Hits != every || !tc.want(got) {
				t.Errorf("%+v", got)
			}
			if !regexp.MustCompile("^"+tc.prints+"$").MatchString(printed) || printed == "" && got.Fallbacks > 0 {
				t.Errorf("printed %q, want %q: %+v", printed, tc.prints, got)
			}
			s.nothingLeft()
		})
	}
}

// A service's error message is printed as one line, without the secret that a
// gateway may repeat in it.
func TestServiceMessageHidesSecret(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Authorize: func(_ string, header metadata.MD) error {
		return status.Errorf(
			codes.PermissionDenied,
			"\x1b]0;pwned\x07bad token %v\nthinrex: all is well %s",
			header.Get("authorization"),
			strings.Repeat("A", 5000),
		)
	}})
	s := newSite(t)
	s.with("REMOTE_CACHE=grpc://"+server.Addr(), "REMOTE_HEADER=authorization=Bearer "+secret)
	_, printed := s.link()
	wantPrinted(t, printed, "bad token [")
	if strings.ContainsAny(printed, "\x1b\x07") || strings.Contains(printed, secret) || len(printed) > 1000 {
		t.Errorf("printed %q", printed)
	}
}
