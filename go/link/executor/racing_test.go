package executor_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/internal/reapitest"
	"thinrex/go/link/executor"
)

// If the compiler is killed on this machine, other jobs get its slot while the worker
// goes on.
func TestKilledSideOfARaceLeavesItsSlot(t *testing.T) {
	var w *world
	started := make(chan struct{}) // w is set
	w = newWorld(t, func(o *reapitest.Options) {
		o.Execute = func(ctx context.Context, _ *reapitest.Job) (*reapitest.Result, error) {
			<-started
			ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
			defer cancel()
			for !w.here.Idle() {
				if ctx.Err() != nil {
					return nil, status.Error(codes.InvalidArgument, "the slot wasn't given back")
				}
				time.Sleep(time.Millisecond)
			}
			return &reapitest.Result{ExitCode: 3}, nil
		}
	})
	close(started)
	a := w.compile("kill -9 $$")
	r, err := w.racing(executor.Here)(a).Execute(t.Context(), a)
	if err != nil || r.Signal == "" || len(w.fellBack) > 0 {
		t.Errorf("%+v, %v, %v", r, err, w.fellBack)
	}
	r.Done()
	w.isIdle("after Done")
}
