package reapitest_test

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi/pb"
)

var compile = &repb.Command{Arguments: []string{"cc"}, OutputPaths: []string{"a.dwo", "a.o"}}

// A simulated execution writes objects, and its result is cached unless the action or
// the request says otherwise.
func TestSimulate(t *testing.T) {
	s, c := start(t, reapitest.Options{})
	action := c.action(&repb.Action{}, compile)
	ops, err := c.operations(c.exec.Execute(c.ctx, &repb.ExecuteRequest{ActionDigest: action}))
	first := c.response(ops, err)
	want := []repb.ExecutionStage_Value{
		repb.ExecutionStage_QUEUED, repb.ExecutionStage_EXECUTING, repb.ExecutionStage_COMPLETED,
	}
	if got := c.stages(ops); !slices.Equal(got, want) {
		t.Errorf("stages %v, want %v", got, want)
	}
	for _, out := range first.GetResult().GetOutputFiles() {
		d, err := pb.ParseDigest(out.GetDigest())
		data, ok := s.Blob(d)
		if err != nil || !ok || !bytes.HasPrefix(data, []byte("\x7fELF")) || digest.SHA256.Of(data) != d {
			t.Errorf("output %v: %d bytes, %v", out, len(data), err)
		}
	}
	if n := len(first.GetResult().GetOutputFiles()); n != 2 || first.GetCachedResult() {
		t.Errorf("%d outputs, cached %v", n, first.GetCachedResult())
	}
	if !c.execute(action).GetCachedResult() {
		t.Error("the second execution isn't taken from the cache")
	}
	c.execute(c.action(&repb.Action{DoNotCache: true}, compile))
	c.response(c.operations(c.exec.Execute(c.ctx, &repb.ExecuteRequest{ActionDigest: action, SkipCacheLookup: true})))
	if got := len(s.Executions()); got != 3 {
		t.Errorf("%d executions, want 3", got)
	}
	if got := len(s.ActionResults()); got != 1 {
		t.Errorf("%d results stored, want 1", got)
	}
}

func TestMissingInputs(t *testing.T) {
	file := digest.SHA256.Of([]byte("module"))
	for _, test := range []struct {
		set, want codes.Code
		details   int
	}{{codes.OK, codes.FailedPrecondition, 1}, {codes.NotFound, codes.NotFound, 0}} {
		_, c := start(t, reapitest.Options{MissingInputs: test.set})
		action := c.action(&repb.Action{}, compile, &repb.FileNode{Name: "a.bc", Digest: pb.Digest(file)})
		st := status.FromProto(c.execute(action).GetStatus())
		if st.Code() != test.want || len(st.Details()) != test.details {
			t.Errorf("%v, want %v", st, test.want)
		}
		for _, detail := range st.Details() {
			v := detail.(*errdetails.PreconditionFailure).GetViolations()
			if len(v) != 1 || v[0].GetType() != "MISSING" || v[0].GetSubject() != "blobs/"+file.String() {
				t.Errorf("violations: %v", v)
			}
		}
		if err := c.upload([]byte("module")); err != nil {
			t.Fatal(err)
		}
		if st := c.execute(action).GetStatus(); st.GetCode() != 0 {
			t.Errorf("with its inputs: %v", st)
		}
	}
}

// held makes executions wait until they are released.
func held() (execute reapitest.ExecuteFunc, release func()) {
	gate := make(chan struct{})
	return func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return reapitest.Simulate(0)(ctx, job)
	}, sync.OnceFunc(func() { close(gate) })
}

// An execution goes on without its client, equal actions share it, and WaitExecution
// finds it until the server restarts.
func TestWaitExecution(t *testing.T) {
	execute, release := held()
	s, c := start(t, reapitest.Options{Execute: execute})
	defer release()
	action := c.action(&repb.Action{}, compile)
	var names []string
	for range 2 {
		ctx, cancel := context.WithCancel(c.ctx)
		stream := must(c.exec.Execute(ctx, &repb.ExecuteRequest{ActionDigest: action}))(c)
		names = append(names, must(stream.Recv())(c).GetName())
		cancel()
	}
	if names[0] != names[1] {
		t.Errorf("not merged: %v", names)
	}
	s.CutConnections()
	c.reconnect()
	wait := &repb.WaitExecutionRequest{Name: names[0]}
	stream := must(c.exec.WaitExecution(c.ctx, wait))(c)
	must(stream.Recv())(c)
	release()
	for {
		if must(stream.Recv())(c).GetDone() {
			break
		}
	}
	if ops, err := c.operations(c.exec.WaitExecution(c.ctx, wait)); err != nil || len(ops) != 1 || !ops[0].GetDone() {
		t.Errorf("WaitExecution of a finished operation: %v, %v", ops, err)
	}
	if got := len(s.Executions()); got != 1 {
		t.Errorf("%d executions, want 1", got)
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	c.reconnect()
	_, err := c.operations(c.exec.WaitExecution(c.ctx, wait))
	c.wantCode(err, codes.NotFound)
}

// A server that stops ends its executions, and stores nothing of them.
func TestStop(t *testing.T) {
	execute, release := held()
	defer release()
	s, c := start(t, reapitest.Options{Execute: execute})
	action := c.action(&repb.Action{}, compile)
	stream := must(c.exec.Execute(c.ctx, &repb.ExecuteRequest{ActionDigest: action}))(c)
	must(stream.Recv())(c)
	s.Stop()
	for {
		if _, err := stream.Recv(); err != nil {
			c.wantCode(err, codes.Unavailable)
			break
		}
	}
	if got := len(s.ActionResults()); got != 0 {
		t.Errorf("%d results", got)
	}
	_, err := c.caps.GetCapabilities(c.ctx, &repb.GetCapabilitiesRequest{})
	c.wantCode(err, codes.Unavailable)
}

// A client that sends an action as its execution ends joins the execution, or gets its
// result.
func TestEqualActionsRunOnce(t *testing.T) {
	s, c := start(t, reapitest.Options{})
	for i := range 50 {
		action := c.action(&repb.Action{Salt: []byte{byte(i)}}, compile)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() { c.execute(action) })
		}
		wg.Wait()
		if got := len(s.Executions()); got != i+1 {
			t.Fatalf("%d executions of %d actions", got, i+1)
		}
	}
}

func TestSlots(t *testing.T) {
	var mu sync.Mutex
	var now, most int
	counting := func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		defer func() { mu.Lock(); now--; mu.Unlock() }()
		return reapitest.Simulate(time.Millisecond)(ctx, job)
	}
	s, c := start(t, reapitest.Options{Slots: 3, Execute: counting})
	var wg sync.WaitGroup
	for i := range 30 {
		action := c.action(&repb.Action{Salt: []byte{byte(i)}}, compile)
		wg.Go(func() { c.execute(action) })
	}
	wg.Wait()
	calls, runs := s.MaxConcurrent("Execute"), len(s.Executions())
	if most > 3 || calls < most || runs != 30 {
		t.Errorf("%d at a time on 3 slots, %d calls at a time, %d executions", most, calls, runs)
	}
}
