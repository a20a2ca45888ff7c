//go:build unix

package main

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"thinrex/go/digest"
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

// Which results compiled here are written to the Action Cache: depends on
// --remote_upload_local_results, the executor, and what the service allows.
func TestUploadPolicy(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	readOnly := func(caps *repb.ServerCapabilities) {
		caps.CacheCapabilities.ActionCacheUpdateCapabilities.UpdateEnabled = false
		caps.ExecutionCapabilities = nil
	}
	for name, tc := range map[string]struct {
		options reapitest.Options
		flags   []string
		stored  int
		prints  string
	}{
		"auto, a cache":               {options: reapitest.Options{Capabilities: noExecution}, stored: every},
		"auto, a cache that executes": {stored: every},
		"true, executes":              {flags: []string{"REMOTE_UPLOAD_LOCAL_RESULTS=true"}, stored: every},
		"false, a cache": {
			options: reapitest.Options{Capabilities: noExecution},
			flags:   []string{"REMOTE_UPLOAD_LOCAL_RESULTS=false"},
		},
		"auto, read-only": {options: reapitest.Options{Capabilities: readOnly}},
		"true, read-only": {
			options: reapitest.Options{Capabilities: readOnly},
			flags:   []string{"REMOTE_UPLOAD_LOCAL_RESULTS=1"},
			prints:  "doesn't allow storing results to this user",
		},
		"auto, a cache, without own store": {
			options: reapitest.Options{Capabilities: noExecution},
			flags:   []string{"DISK_CACHE="},
			stored:  every,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := reapitest.StartT(t, tc.options)
			s := w.site(t)
			s.with("REMOTE_CACHE=grpc://" + server.Addr())
			s.with(tc.flags...)
			got, printed := s.link()
			wantSummary(t, got, report.Summary{Local: every})
			if n := len(server.ActionResults()); n != tc.stored {
				t.Errorf("%d results stored, want %d", n, tc.stored)
			}
			wantPrinted(t, printed, tc.prints)
			s.nothingLeft()
		})
	}
}

// However a remote cache fails, the link only prints a warning.
func TestCacheFaults(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	for _, method := range []string{
		"GetCapabilities", "GetActionResult", "FindMissingBlobs", "BatchUpdateBlobs", "UpdateActionResult",
	} {
		hang := reapitest.Fault{Method: method, Hang: true}
		prints := map[reapitest.Fault]string{hang: ": no answer within 2s"} // to that call, unless the machine is so slow
		for _, code := range refusals {
			prints[reapitest.Fault{Method: method, Code: code}] = method + ": " + code.String()
		}
		for fault, part := range prints {
			t.Run(method+part, func(t *testing.T) {
				t.Parallel()
				server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
				server.Inject(fault)
				s := w.site(t)
				s.with("REMOTE_CACHE=grpc://"+server.Addr(), "REMOTE_RETRIES=2")
				switch {
				case fault.Hang:
					s.with("REMOTE_TIMEOUT=2s")
				case fault.Code == codes.ResourceExhausted: // a busy service is waited for as long
					s.with("REMOTE_TIMEOUT=8s")
				}
				got, printed := s.link()
				wantSummary(t, got, report.Summary{Local: every})
				wantPrinted(t, printed, part)
				s.nothingLeft()
			})
		}
	}
}

// A machine that finds a broken entry in a service that only caches replaces it.
func TestBrokenEntryIsReplaced(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
	s := newSite(t)
	s.with("REMOTE_CACHE=grpc://" + server.Addr())
	s.link()
	server.Wipe(false)
	s.forget()
	got, printed := s.link()
	wantSummary(t, got, report.Summary{Local: every})
	s.forget()
	again, printedAgain := s.link()
	wantSummary(t, again, report.Summary{Hits: every, RemoteHits: every})
	if printed+printedAgain != "" {
		t.Errorf("printed %q", printed+printedAgain)
	}
}

// The program is the same by every way to a service: two services, BLAKE3, zstd, a
// Unix socket, a .bazelrc, and others.
func TestWaysToAService(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	blake3 := reapitest.Options{
		Execute:         reapitest.RunCommands,
		DigestFunctions: []digest.Function{digest.BLAKE3, digest.SHA256},
	}
	zstd := func(batches bool) reapitest.Options {
		return reapitest.Options{
			Execute: reapitest.RunCommands,
			Inline:  true,
			Capabilities: func(caps *repb.ServerCapabilities) {
				reapitest.AnnounceZstd(caps, batches)
				if !batches {
					caps.CacheCapabilities.MaxBatchTotalSizeBytes = 1
				}
			},
		}
	}
	for name, tc := range map[string]struct {
		options reapitest.Options
		flags   []string
	}{
		"BLAKE3":          {options: blake3, flags: []string{"DIGEST_FUNCTION=BLAKE3"}},
		"zstd in batches": {options: zstd(true), flags: []string{"REMOTE_CACHE_COMPRESSION=1"}},
		"zstd in streams": {options: zstd(false), flags: []string{"REMOTE_CACHE_COMPRESSION=1"}},
		"instance": {
			options: reapitest.Options{Execute: reapitest.RunCommands, Instance: "some/where"},
			flags:   []string{"REMOTE_INSTANCE_NAME=some/where"},
		},
		"properties": {
			options: reapitest.Options{Execute: reapitest.RunCommands},
			flags:   []string{"REMOTE_DEFAULT_EXEC_PROPERTIES=OSFamily=Linux\ncontainer-image=docker://x"},
		},
		"slow as the moon": {options: reapitest.Options{Execute: reapitest.RunCommands, Latency: 100e6}},
		"inline":           {options: reapitest.Options{Execute: reapitest.RunCommands, Inline: true}},
		"as Bazel's worker": {
			options: reapitest.Options{Execute: reapitest.RunCommands, RequireMetadata: true, IgnoreReadOffset: true},
		},
		"strangers' settings": {
			options: reapitest.Options{Execute: reapitest.RunCommands},
			flags:   []string{"REMOTE_MAX_CONNECTIONS=1", "REMOTE_RETRIES=0", "GRPC_KEEPALIVE_TIME=0"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := reapitest.StartT(t, tc.options)
			s := w.site(t)
			s.write("rc", "build:ci --remote_executor=grpc://"+server.Addr()+"\n")
			s.with("BAZELRC=$DIR/rc:ci")
			s.with(tc.flags...)
			got, printed := s.link()
			wantSummary(t, got, *remotely)
			s.forget()
			again, printedAgain := s.link()
			wantSummary(t, again, report.Summary{Hits: every, RemoteHits: every})
			if printed+printedAgain != "" || again.BytesUploaded != 0 {
				t.Errorf("printed %q, uploaded %d bytes for hits", printed+printedAgain, again.BytesUploaded)
			}
			s.nothingLeft()
		})
	}
	t.Run("two services", func(t *testing.T) {
		t.Parallel()
		// The executor reads the cache that we fill.
		socket := filepath.Join(t.TempDir(), "s")
		server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands, Socket: socket})
		s := w.site(t)
		s.with("REMOTE_EXECUTOR=unix:" + socket)
		s.with("REMOTE_CACHE=unix://" + socket)
		s.with("REMOTE_CACHE_HEADER=x-who=cache")
		s.with("REMOTE_EXEC_HEADER=x-who=exec")
		got, printed := s.link()
		wantSummary(t, got, *remotely)
		wantPrinted(t, printed, "")
		for _, call := range server.Requests("") {
			want := "cache"
			if call.Method == "Execute" {
				want = "exec"
			}
			if got := call.Header.Get("x-who"); call.Method != "GetCapabilities" && (len(got) != 1 || got[0] != want) {
				t.Errorf("%s: x-who %q", call.Method, got)
			}
		}
	})
}
