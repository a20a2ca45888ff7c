package reapi_test

import (
	"fmt"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"

	"thinrex/go/internal/reapitest"
)

// missingCodes are the statuses with which services tell of missing inputs.
var missingCodes = []codes.Code{codes.FailedPrecondition, codes.NotFound, codes.Unknown}

// Blobs that the service has lost are uploaded again.
func TestLostInputs(t *testing.T) {
	t.Parallel()
	for _, code := range missingCodes {
		t.Run(code.String(), func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, reapitest.Options{MissingInputs: code})
			c := dial(t, s)
			shared := input("b", noise("b", 1000))
			execute(t, c, newAction(t, "first", shared))
			s.Wipe(true)
			errs := atOnce(30, func(i int) error {
				_, err := c.Execute(within(t), newAction(t, fmt.Sprint("m", i), input("a", fmt.Append(nil, i)), shared))
				return err
			})
			for _, err := range errs {
				if err != nil {
					t.Error(err)
				}
			}
			if len(s.Executions()) != 31 || len(s.UploadedTwice()) > 0 || c.Down() != nil {
				t.Errorf("%d runs, %d blobs uploaded twice, down: %v", len(s.Executions()), len(s.UploadedTwice()), c.Down())
			}
		})
	}
}

// If a service says after each upload that a blob is missing, the client asks it
// again, then uploads without asking, and then fails.
func TestAlwaysMissing(t *testing.T) {
	t.Parallel()
	for _, code := range missingCodes {
		for _, inResponse := range []bool{true, false} {
			if code == codes.Unknown && !inResponse {
				continue // this may be any failure, and is repeated as such
			}
			t.Run(fmt.Sprintf("%v, in the response: %v", code, inResponse), func(t *testing.T) {
				t.Parallel()
				testAlwaysMissing(t, code, inResponse)
			})
		}
	}
}

func testAlwaysMissing(t *testing.T, code codes.Code, inResponse bool) {
	s := reapitest.StartT(t, reapitest.Options{})
	if inResponse {
		s.OnExecuteResponse(func(r *repb.ExecuteResponse) {
			r.Result, r.Status = nil, &spb.Status{Code: int32(code), Message: "a blob is missing"}
		})
	} else {
		s.Inject(reapitest.Fault{Method: "Execute", Code: code, Message: "a blob is missing"})
	}
	c := dial(t, s)
	if r, err := c.Execute(within(t), newAction(t, "m")); r != nil || err == nil {
		t.Errorf("want an error")
	}
	calls := 3
	if code == codes.Unknown {
		calls = 4 // it may be anything
	}
	if s.Calls("Execute") != calls || s.Calls("FindMissingBlobs") != 2 || c.Down() != nil {
		t.Errorf("%d executions, %d queries, down: %v", s.Calls("Execute"), s.Calls("FindMissingBlobs"), c.Down())
	}
}

// Some services refuse the call at once when the action itself is missing.
func TestRefusedForMissing(t *testing.T) {
	for _, code := range []codes.Code{codes.FailedPrecondition, codes.NotFound} {
		t.Run(code.String(), func(t *testing.T) {
			s := reapitest.StartT(t, reapitest.Options{})
			s.Inject(reapitest.Fault{Method: "Execute", Times: 1, Code: code})
			c := dial(t, s)
			execute(t, c, newAction(t, "m"))
			if s.Calls("FindMissingBlobs") != 2 || c.Down() != nil {
				t.Errorf("%d queries, down: %v", s.Calls("FindMissingBlobs"), c.Down())
			}
		})
	}
}
