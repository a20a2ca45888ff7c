package reapi_test

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/internal/reapitest"
)

// Who may not write may still read, and have actions executed.
func TestReadOnlyActionCache(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	s.Inject(reapitest.Fault{Method: "UpdateActionResult", Code: codes.PermissionDenied, Message: "readers only"})
	c := dial(t, s, storing)
	a := newAction(t, "m")
	r := execute(t, c, a)
	if err := c.Store(within(t), a, r); status.Code(err) != codes.PermissionDenied || !strings.Contains(err.Error(), "readers only") {
		t.Error(err)
	}
	if r, err := c.Lookup(within(t), a); r == nil || err != nil || c.Down() != nil {
		t.Errorf("hit: %v, %v, down: %v", r != nil, err, c.Down())
	}
}

// Executing is refused to some, who may still read: what is on its way to be
// executed ends, and nothing else.
func TestExecutionRefused(t *testing.T) {
	for _, code := range []codes.Code{codes.PermissionDenied, codes.Unauthenticated} {
		t.Run(code.String(), func(t *testing.T) {
			s := reapitest.StartT(t, reapitest.Options{})
			known, waiting := newAction(t, "known"), newAction(t, "waiting", input("m.o", noise("m", 1000)))
			execute(t, dial(t, s), known)
			s.Inject(reapitest.Fault{Method: "Execute", Code: code, Message: "readers only"})
			c := dial(t, s)
			s.Inject(reapitest.Fault{Method: "FindMissingBlobs", Hang: true, Times: 1})
			before, asked := s.Calls("Execute"), s.Calls("FindMissingBlobs")
			waited := make(chan error, 1)
			go func() {
				_, err := c.Execute(within(t), waiting)
				waited <- err
			}()
			if err := s.WaitCalls(within(t), "FindMissingBlobs", asked+1); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Execute(within(t), newAction(t, "m")); status.Code(err) != code || !strings.Contains(err.Error(), "readers only") {
				t.Error(err)
			}
			if err := <-waited; status.Code(err) != code {
				t.Error(err)
			}
			if _, err := c.Execute(within(t), newAction(t, "later")); status.Code(err) != code {
				t.Error(err)
			}
			if down := c.Down(); down == nil || !strings.Contains(down.Error(), "Execute: "+code.String()) || s.Calls("Execute") != before+1 {
				t.Errorf("down: %v, %d calls", down, s.Calls("Execute")-before)
			}
			if r, err := c.Lookup(within(t), known); r == nil || err != nil {
				t.Errorf("hit: %v, %v", r != nil, err)
			}
		})
	}
}
