package reapi_test

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
	"thinrex/go/reapi/remoteflags"
	"thinrex/go/reapi/rpc"
)

func TestMain(m *testing.M) {
	// Most tests wait for a pause or a timeout, so many more than one for each core may run.
	if err := flag.Set("test.parallel", "24"); err != nil {
		panic(err)
	}
	// glog, which the SDK logs with, flushes as long as the process lives.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

// within is a test's context. It has no deadline, because a busy machine would
// exceed it: the Makefile's go test ends a call that hangs.
func within(t testing.TB) context.Context { return t.Context() }

type edit = func(*reapi.Options)

// options are those of a client that a link might have. It retries little, and is
// patient with a machine that is slow to connect.
func options(t testing.TB, s *reapitest.Server, edits ...edit) reapi.Options {
	o := reapi.Options{
		Options: rpc.Options{
			Connection:    remoteflags.Connection{Timeout: time.Minute, Retries: 2},
			Indispensable: true,
			InFlight:      500,
			Version:       "1.2.3",
			Invocation:    "this-link",
			Mnemonic:      "Backend",
			Warn:          func(_, format string, args ...any) { t.Errorf("warned: "+format, args...) },
		},
		Services:         remoteflags.Services{AcceptCached: true},
		ExecutionTimeout: time.Minute,
	}
	if s != nil {
		o.Executor = at(s)
	}
	for _, edit := range edits {
		edit(&o)
	}
	return o
}

// at is a server's address in the form of --remote_cache.
func at(s *reapitest.Server) string {
	if strings.HasPrefix(s.Addr(), "unix:") {
		return s.Addr()
	}
	return "grpc://" + s.Addr()
}

// dial returns a client that ends with the test.
func dial(t testing.TB, s *reapitest.Server, edits ...edit) *reapi.Client {
	t.Helper()
	c, err := reapi.Dial(t.Context(), options(t, s, edits...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// impatient clients give up soon.
func impatient(o *reapi.Options) {
	o.Timeout, o.ExecutionTimeout = 4*time.Second, 500*time.Millisecond
}

// newAction makes an action with one output. Actions differ by their names and
// inputs.
func newAction(t testing.TB, name string, inputs ...action.Input) *action.Action {
	return newActionBy(t, digest.SHA256, name, inputs...)
}

func newActionBy(t testing.TB, f digest.Function, name string, inputs ...action.Input) *action.Action {
	t.Helper()
	a := &action.Action{
		Subject: name + ".o",
		Inputs:  inputs,
		Outputs: []action.Output{{Name: "m.native.o", Path: name + ".native.o"}},
	}
	seal(t, f, a, name)
	return a
}

// seal makes an action's messages.
func seal(t testing.TB, f digest.Function, a *action.Action, name string) {
	t.Helper()
	spec := action.Spec{Function: f, Program: []string{"clang", name}, Timeout: time.Hour, Runnable: true}
	if err := a.Seal(spec); err != nil {
		t.Fatal(err)
	}
}

// input is an input whose bytes are in memory.
func input(name string, data []byte) action.Input {
	return action.Input{Name: name, Digest: digest.SHA256.Of(data), Data: data}
}

// inputFile is an input whose bytes are in a file.
func inputFile(t testing.TB, name string, data []byte) action.Input {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return action.Input{Name: name, Digest: digest.SHA256.Of(data), File: filedigest.File{Path: path}}
}

// noise returns n bytes that can't be compressed, the same for the same seed.
func noise(seed string, n int) []byte {
	data := make([]byte, n)
	_, _ = rand.NewChaCha8(sha256.Sum256([]byte(seed))).Read(data) // never fails
	return data
}

// object returns n bytes that pass the check of an object file.
func object(seed string, n int) []byte {
	return reapitest.Object(string(noise(seed, n-len(reapitest.Object("")))))
}

// writes is an execution that writes objects of n bytes.
func writes(n int) reapitest.ExecuteFunc {
	return func(_ context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		r := &reapitest.Result{}
		for _, path := range job.Outputs() {
			r.Outputs = append(r.Outputs, reapitest.Output{Path: path, Data: object(job.Digest.Hash+path, n)})
		}
		return r, nil
	}
}

// soundResult is what a local run might give.
func soundResult() *action.Result {
	return &action.Result{
		Outputs: []action.OutputFile{{Name: "m.native.o", Data: object("m", 1000)}},
		Stderr:  []byte("warning"),
	}
}

// execute expects a sound result.
func execute(t testing.TB, c *reapi.Client, a *action.Action) *action.Result {
	t.Helper()
	r, err := c.Execute(within(t), a)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Check(r); err != nil || r.ExitCode != 0 {
		t.Fatalf("exit code %d, %v", r.ExitCode, err)
	}
	r.Done()
	return r
}

// executeNumbered returns a function for atOnce that executes an action of its own
// for each number.
func executeNumbered(t *testing.T, c *reapi.Client) func(i int) error {
	return func(i int) error { return executed(within(t), c, newAction(t, fmt.Sprint("m", i))) }
}

// atOnce calls f n times concurrently and returns the errors.
func atOnce(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errs
}
