package reapi_test

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/internal/reapitest"
)

// A user who may not write to the Action Cache may still read, and have actions
// executed.
func TestReadOnlyActionCache(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	s.Inject(reapitest.Fault{Method: "UpdateActionResult", Code: codes.PermissionDenied, Message: "readers only"})
	c := dial(t, s, storing)
	a := newAction(t, "m")
	r := execute(t, c, a)
	err := c.Store(within(t), a, r)
	if status.Code(err) != codes.PermissionDenied || !strings.Contains(err.Error(), "readers only") {
		t.Error(err)
	}
	if r, err := c.Lookup(within(t), a); r == nil || err != nil || c.Down() != nil {
		t.Errorf("hit: %v, %v, down: %v", r != nil, err, c.Down())
	}
}

// A user who may not execute may still read. The executions that are under way end,
// and nothing else.
func TestExecutionRefused(t *testing.T) {
	for _, code := range []codes.Code{codes.PermissionDenied, codes.Unauthenticated} {
		t.Run(code.String(), func(t *testing.T) {
			s := reapitest.StartT(t, reapitest.Options{})
			known, waiting := newAction(t, "known"), newAction(t, "waiting", input("m.o", noise("m", 1000)))
			execute(t, dial(t, s), known)
			s.Inject(reapitest.Fault{Method: "Execute", Code: code, Message: "readers only"})
			c := dial(t, s)
			s.Inject(reapitest.Fault{Method: "FindMissingBlobs", Hang: true, Times: 1})
			executed, queried := s.Calls("Execute"), s.Calls("FindMissingBlobs")
			waited := make(chan error, 1)
			go func() {
				_, err := c.Execute(within(t), waiting)
				waited <- err
			}()
			if err := s.WaitCalls(within(t), "FindMissingBlobs", queried+1); err != nil {
				t.Fatal(err)
			}
			_, err := c.Execute(within(t), newAction(t, "m"))
			if status.Code(err) != code || !strings.Contains(err.Error(), "readers only") {
				t.Error(err)
			}
			if err := <-waited; status.Code(err) != code {
				t.Error(err)
			}
			if _, err := c.Execute(within(t), newAction(t, "later")); status.Code(err) != code {
				t.Error(err)
			}
			if down := c.Down(); down == nil || !strings.Contains(down.Error(), "Execute: "+code.String()) {
				t.Errorf("down: %v", down)
			}
			if n := s.Calls("Execute") - executed; n != 1 {
				t.Errorf("%d calls", n)
			}
			if r, err := c.Lookup(within(t), known); r == nil || err != nil {
				t.Errorf("hit: %v, %v", r != nil, err)
			}
		})
	}
}
