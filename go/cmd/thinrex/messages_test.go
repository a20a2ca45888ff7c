//go:build unix

package main

import (
	"context"
	"strings"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/internal/reapitest"
)

// hostile is what a service may return as a compiler's messages, and shown is what
// thinrex prints of it.
const (
	hostile = "a.c:1: \x1b[1mwarning\x1b[0m: \x1b]0;pwned\x07\x1b[2J\u009b6nover\rwritten\t\x1b[8m\n"
	shown   = "a.c:1: \x1b[1mwarning\x1b[0m: ?]0;pwned??[2J?6nover?written\t\x1b[8m\n\x1b[0m"
)

// Compilers' messages from a service, also those that went into the disk cache,
// are printed without control characters.
func TestHostileMessages(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	tamper := func(server *reapitest.Server) {
		server.OnActionResult(func(r *repb.ActionResult) { r.StderrRaw = []byte(hostile) })
	}
	wantShown := func(t *testing.T, printed string) {
		t.Helper()
		if !strings.Contains(printed, shown) || strings.ContainsAny(printed, "\a\r\u009b") {
			t.Errorf("printed %q, want %q", printed, shown)
		}
	}
	t.Run("link", func(t *testing.T) {
		t.Parallel()
		server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
		s := w.site(t)
		s.with("REMOTE_EXECUTOR=grpc://" + server.Addr())
		tamper(server)
		for _, place := range []string{"workers", "the disk cache"} {
			t.Log("from", place)
			_, printed := s.link()
			wantShown(t, printed)
		}
	})
	t.Run("cc", func(t *testing.T) {
		t.Parallel()
		server := reapitest.StartT(t, reapitest.Options{})
		s := newSite(t)
		s.with("REMOTE_CACHE=grpc://" + server.Addr())
		s.compile(0)
		s.forget()
		tamper(server)
		for _, place := range []string{"the remote cache", "the disk cache"} {
			t.Log("from", place)
			wantShown(t, s.compile(0))
		}
	})
	t.Run("a worker's failure", func(t *testing.T) {
		t.Parallel()
		// An LLVM's version is repeated in a hint.
		const version = "error (Producer: 'LLVM99.\x1b]0;pwned\a' Reader: 'LLVM22.1')\n"
		fail := func(context.Context, *reapitest.Job) (*reapitest.Result, error) {
			return &reapitest.Result{ExitCode: 1, Stderr: []byte(hostile + version)}, nil
		}
		server := reapitest.StartT(t, reapitest.Options{Execute: fail})
		s := w.site(t)
		s.with("REMOTE_EXECUTOR=grpc://" + server.Addr())
		_, printed := s.link() // compiled here, with a warning that holds the first line
		if strings.ContainsAny(printed, "\a\r\u009b") || !strings.Contains(printed, "pwned") {
			t.Errorf("printed %q", printed)
		}
		s.with("EXEC_STRATEGY=remote")
		s.forget()
		_, printed, err := s.tryLink()
		if err == nil {
			t.Error("the link succeeded")
		}
		if strings.ContainsAny(printed, "\a\r\u009b") || !strings.Contains(printed, strings.TrimSuffix(shown, "\x1b[0m")) {
			t.Errorf("printed %q", printed)
		}
	})
}
