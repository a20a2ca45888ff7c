package reapi_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/action"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
	"thinrex/go/reapi/remoteflags"
)

// journey makes each kind of call for an action with two inputs.
func journey(ctx context.Context, t *testing.T, c *reapi.Client, name string) error {
	t.Helper()
	return journeyOf(ctx, c, newAction(t, name, input("large", noise(name, 5000)), input("small", []byte(name))))
}

// journeyOf makes each kind of call: it moves large and small blobs up and down,
// executes an action, looks it up, and stores a result.
func journeyOf(ctx context.Context, c *reapi.Client, a *action.Action) error {
	if _, err := c.Execute(ctx, a); err != nil {
		return err
	}
	r := soundResult()
	r.Outputs[0].Data = object(a.Digest.Hash, 1000) // it is small; the execution's is large
	if err := c.Store(ctx, a, r); err != nil {
		return err
	}
	r, err := c.Lookup(ctx, a)
	if err == nil && r == nil {
		err = errors.New("no hit")
	}
	return err
}

// methods are those that a journey calls.
var methods = []string{
	"GetCapabilities", "FindMissingBlobs", "BatchUpdateBlobs", "Write", "Execute",
	"Read", "UpdateActionResult", "GetActionResult", "BatchReadBlobs",
}

// journeyed starts a server for journeys, whose executions take some time.
func journeyed(t *testing.T, execution time.Duration) *reapitest.Server {
	return reapitest.StartT(t, reapitest.Options{ExecTime: execution, Capabilities: smallBatches})
}

// smallBatches makes blobs above 4 KiB streams.
func smallBatches(caps *repb.ServerCapabilities) {
	caps.CacheCapabilities.MaxBatchTotalSizeBytes = 4 << 10
}

// storing makes a client store results.
func storing(o *reapi.Options) { o.Upload = remoteflags.UploadAlways }

// wantDown expects that a service was given up, that the error says why, and that
// the service isn't called any more.
func wantDown(t *testing.T, s *reapitest.Server, c *reapi.Client, err error, texts ...string) {
	t.Helper()
	wantReason(t, s, c, err, texts)
	a := newAction(t, "afterwards")
	_, executeErr := c.Execute(within(t), a)
	_, lookupErr := c.Lookup(within(t), a)
	storeErr := c.Store(within(t), a, soundResult())
	if executeErr == nil || lookupErr == nil || storeErr == nil && c.Keeps() {
		t.Errorf("no errors after the service was given up: %v, %v, %v", executeErr, lookupErr, storeErr)
	}
	for _, m := range s.Metadata() {
		if m.GetActionId() == a.Digest.Hash {
			t.Errorf("called after the service was given up: %v", m)
		}
	}
}

// wantNoExecution expects that nothing is executed any more, that the error says
// why, and that the cache of the same service is still used.
func wantNoExecution(t *testing.T, s *reapitest.Server, c *reapi.Client, err error, texts ...string) {
	t.Helper()
	wantReason(t, s, c, err, texts)
	calls := s.Calls("Execute") + s.Calls("WaitExecution")
	if _, err := c.Execute(within(t), newAction(t, "afterwards")); err == nil {
		t.Error("executed after execution was given up")
	}
	if n := s.Calls("Execute") + s.Calls("WaitExecution"); n != calls {
		t.Errorf("%d calls after execution was given up", n-calls)
	}
	a := newAction(t, "cached")
	if err := c.Store(within(t), a, soundResult()); err != nil {
		t.Errorf("the cache was given up, too: %v", err)
	}
	if r, err := c.Lookup(within(t), a); err != nil || c.Keeps() && r == nil {
		t.Errorf("hit: %v, %v: the cache was given up, too", r != nil, err)
	}
}

// wantReason expects that an error, and Down, hold texts and the server's address.
func wantReason(t *testing.T, s *reapitest.Server, c *reapi.Client, err error, texts []string) {
	t.Helper()
	if err == nil || c.Down() == nil {
		t.Fatalf("%v, down: %v", err, c.Down())
	}
	for _, text := range append(texts, at(s)) {
		if !strings.Contains(err.Error(), text) || !strings.Contains(c.Down().Error(), text) {
			t.Errorf("no %q in: %v, or in: %v", text, err, c.Down())
		}
	}
}
