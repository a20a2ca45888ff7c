package reapi_test

import (
	"strings"
	"testing"

	longrunning "cloud.google.com/go/longrunning/autogen/longrunningpb"
	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	spb "google.golang.org/genproto/googleapis/rpc/status"

	"thinrex/go/internal/quick"
	"thinrex/go/internal/reapitest"
)

// takeAll accepts each blob of a batch.
func takeAll(r *repb.BatchUpdateBlobsRequest) *repb.BatchUpdateBlobsResponse {
	reply := &repb.BatchUpdateBlobsResponse{}
	for _, blob := range r.Requests {
		reply.Responses = append(reply.Responses, &repb.BatchUpdateBlobsResponse_Response{Digest: blob.Digest})
	}
	return reply
}

// An operation ends without a response, or with a meaningless status.
func TestMeaninglessOperation(t *testing.T) {
	quick.Skip(t, "waits a minute for a service")
	t.Parallel()
	for name, op := range map[string]*longrunning.Operation{
		"nothing":  {Done: true},
		"nameless": {},
		"bad status": {Done: true, Result: &longrunning.Operation_Error{
			Error: &spb.Status{Code: 999, Message: "what?"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &hostile{op: op, update: takeAll}
			if r, err := h.start(t).Execute(within(t), newAction(t, "m")); r != nil || err == nil {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

// A response without a result is one without outputs: its caller finds out that the
// object is missing.
func TestResponseWithoutResult(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	s.OnExecuteResponse(func(r *repb.ExecuteResponse) { r.Result = nil })
	a := newAction(t, "m")
	r, err := dial(t, s).Execute(within(t), a)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Check(r); err == nil || !strings.Contains(err.Error(), "m.native.o") {
		t.Errorf("%v, want an error about the missing object", err)
	}
}
