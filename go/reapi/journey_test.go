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
)

func journey(ctx context.Context, t *testing.T, c *reapi.Client, name string) error {
	t.Helper()
	return journeyOf(ctx, c, newAction(t, name, input("large", noise(name, 5000)), input("small", []byte(name))))
}

// journeyOf makes each kind of call: blobs of both sizes up and down, an
// execution, a lookup, and a result stored.
func journeyOf(ctx context.Context, c *reapi.Client, a *action.Action) error {
	if _, err := c.Execute(ctx, a); err != nil {
		return err
	}
	r := soundResult()
	r.Outputs[0].Data = object(a.Digest.Hash, 1000) // the execution's is a large one
	if err := c.Store(ctx, a, r); err != nil {
		return err
	}
	r, err := c.Lookup(ctx, a)
	if err == nil && r == nil {
		err = errors.New("no hit")
	}
	return err
}

// methods are all those that a journey calls.
var methods = []string{
	"GetCapabilities", "FindMissingBlobs", "BatchUpdateBlobs", "Write", "Execute",
	"Read", "UpdateActionResult", "GetActionResult", "BatchReadBlobs",
}

func journeyed(t *testing.T, execution time.Duration) *reapitest.Server {
	return reapitest.StartT(t, reapitest.Options{ExecTime: execution, Capabilities: smallBatches})
}

func smallBatches(caps *repb.ServerCapabilities) {
	caps.CacheCapabilities.MaxBatchTotalSizeBytes = 4 << 10
}

func storing(o *reapi.Options) { o.Upload = reapi.UploadAlways }

// wantDown expects that a service was given up with a word why, and isn't
// called any more.
func wantDown(t *testing.T, s *reapitest.Server, c *reapi.Client, err error, words ...string) {
	t.Helper()
	wantWhy(t, s, c, err, words)
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

// wantNoExecution expects that nothing is executed any more, with a word why,
// and that the cache of the same service is still used.
func wantNoExecution(t *testing.T, s *reapitest.Server, c *reapi.Client, err error, words ...string) {
	t.Helper()
	wantWhy(t, s, c, err, words)
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

func wantWhy(t *testing.T, s *reapitest.Server, c *reapi.Client, err error, words []string) {
	t.Helper()
	if err == nil || c.Down() == nil {
		t.Fatalf("%v, down: %v", err, c.Down())
	}
	for _, word := range append(words, at(s)) {
		if !strings.Contains(err.Error(), word) || !strings.Contains(c.Down().Error(), word) {
			t.Errorf("no %q in: %v, or in: %v", word, err, c.Down())
		}
	}
}
