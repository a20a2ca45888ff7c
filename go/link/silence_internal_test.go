package link

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/host"
	"thinrex/go/host/filedigest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/link/canon"
	"thinrex/go/link/distfile"
	"thinrex/go/link/executor"
	"thinrex/go/reapi"
	"thinrex/go/reapi/remoteflags"
	"thinrex/go/reapi/rpc"
	"thinrex/go/report"
)

// newTestHelper returns a helper with one slot, whose compiler is the shell, a task
// whose compilation is script, and the file that the script makes when it begins.
func newTestHelper(t *testing.T, script string) (h *helper, it *task, begun string) {
	t.Helper()
	address := "grpc://" + reapitest.StartT(t, reapitest.Options{}).Addr()
	remote, err := reapi.Dial(t.Context(), reapi.Options{
		Options:  rpc.Options{Connection: remoteflags.Connection{Timeout: time.Minute}},
		Services: remoteflags.Services{Executor: address},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { remote.Close() })
	stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stderr.Close() })
	options := canon.Options{Files: filedigest.Open("", digest.SHA256)}
	builder, err := canon.NewBuilder(distfile.Common{Args: []string{"clang", "-c"}}, options)
	if err != nil {
		t.Fatal(err)
	}
	machine := executor.NewMachine(executor.MachineOptions{
		Compiler:    "/bin/sh",
		Env:         []string{"PATH=/usr/bin:/bin"},
		SandboxBase: t.TempDir(),
	})
	t.Cleanup(func() { machine.Close() })
	begun = filepath.Join(t.TempDir(), "begun")
	job := distfile.Job{Inputs: []string{"m.o"}}
	it = &task{first: job, action: &action.Action{
		Subject: job.Module(),
		Args:    []string{"-c", ": >" + begun + "; " + script},
		Outputs: []action.Output{{Name: "m.native.o"}},
	}}
	o := Options{
		Remote:   remote,
		Strategy: Fallback,
		Patience: time.Millisecond,
		Slots:    host.NewSlots(1, ""),
		Terminal: report.NewTerminal(stderr, false),
	}
	h = newHelper(o, machine, newActions(builder, nil), &awaited{})
	t.Cleanup(func() {
		if !o.Slots.Idle() {
			t.Error("a slot wasn't given back")
		}
	})
	return h, it, begun
}

type serveFunc func(context.Context, *action.Action) (*action.Result, error)

// request has serve do something for a task, and reports whether this machine's
// result counts.
func request(t *testing.T, h *helper, it *task, serve serveFunc) (r *action.Result, here bool, err error) {
	w := watched{helper: h, task: it, serve: serve, helped: func() { here = true }}
	r, err = w.Execute(t.Context(), it.action)
	return r, here, err
}

func awaitFile(ctx context.Context, path string) error {
	for ctx.Err() == nil {
		if _, err := os.Stat(path); err == nil {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return ctx.Err()
}

// If the service answers first, its result counts and the compilation here is ended.
func TestServiceIsFaster(t *testing.T) {
	h, it, begun := newTestHelper(t, "sleep 1000")
	end := h.start(t.Context())
	defer end()
	r, here, err := request(t, h, it, func(ctx context.Context, _ *action.Action) (*action.Result, error) {
		object := action.OutputFile{Name: "m.native.o", Data: reapitest.Object("there")}
		return &action.Result{Outputs: []action.OutputFile{object}}, awaitFile(ctx, begun)
	})
	if here || err != nil || it.action.Failure(r) != nil {
		t.Errorf("%+v, here %v, %v", r, here, err)
	}
}

// If this machine ends first, its result counts and the request to the service is ended.
func TestThisMachineIsFaster(t *testing.T) {
	for name, script := range map[string]string{"an error": "exit 1", "other files": ": >other"} {
		t.Run(name, func(t *testing.T) {
			h, it, _ := newTestHelper(t, script)
			end := h.start(t.Context())
			defer end()
			r, here, err := request(t, h, it, func(ctx context.Context, _ *action.Action) (*action.Result, error) {
				<-ctx.Done()
				return nil, context.Cause(ctx)
			})
			if !here || !executor.Decides(r, err) {
				t.Errorf("%+v, here %v, %v", r, here, err)
			}
			r.Done()
		})
	}
}

// If the service fails after this machine has begun, this machine's result counts. If the
// compiler is killed here, too, the service's error counts.
func TestServiceFailsWhileThisMachineCompiles(t *testing.T) {
	down := errors.New("down")
	for name, tc := range map[string]struct {
		script string
		here   bool
	}{"here it ends": {"exit 1", true}, "here it is killed": {"kill -9 $$", false}} {
		t.Run(name, func(t *testing.T) {
			h, it, begun := newTestHelper(t, tc.script)
			end := h.start(t.Context())
			defer end()
			r, here, err := request(t, h, it, func(ctx context.Context, _ *action.Action) (*action.Result, error) {
				return nil, errors.Join(down, awaitFile(ctx, begun))
			})
			if here != tc.here || !here && !errors.Is(err, down) {
				t.Errorf("%+v, here %v, %v", r, here, err)
			}
			r.Done()
		})
	}
}

// If the compiler is killed here while the service is silent, other jobs get the slot.
func TestKilledHelperLeavesItsSlot(t *testing.T) {
	h, it, begun := newTestHelper(t, "kill -9 $$")
	end := h.start(t.Context())
	defer end()
	_, _, err := request(t, h, it, func(ctx context.Context, _ *action.Action) (*action.Result, error) {
		return nil, errors.Join(errors.New("down"), awaitFile(ctx, begun), awaitIdle(ctx, h.options.Slots))
	})
	if err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the slot wasn't given back: %v", err)
	}
}

// If it turns out that an action lacks files after this machine has begun to compile it,
// the compilation ends and gives its slot back.
func TestActionThatLacksFilesLeavesItsSlot(t *testing.T) {
	left := filepath.Join(t.TempDir(), "left")
	h, it, begun := newTestHelper(t, "until [ -e "+left+" ]; do sleep 0.01; done; exit 1")
	var compiling sync.WaitGroup
	_, _, err := request(t, h, it, func(ctx context.Context, _ *action.Action) (*action.Result, error) {
		h.feed.queue.wait(ctx)
		silent := h.feed.queue.take()
		slot, err := h.options.Slots.Acquire(ctx)
		if err != nil {
			return nil, err
		}
		compiling.Go(func() { _ = h.compile(t.Context(), silent, slot) })
		err = awaitFile(ctx, begun)
		silent.watch.leave(errReadsMore)
		return nil, errors.Join(err, os.WriteFile(left, nil, 0o666), context.Cause(ctx))
	})
	compiling.Wait()
	if !errors.Is(err, errReadsMore) {
		t.Error(err)
	}
}

// awaitIdle waits for a free slot.
func awaitIdle(ctx context.Context, slots *host.Slots) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for ctx.Err() == nil && !slots.Idle() {
		time.Sleep(time.Millisecond)
	}
	return ctx.Err()
}

// A job that a worker has begun gets more time. It may be in this machine's queue already,
// or twice, as its timer fires again after that time: it isn't compiled here too early,
// and not twice.
func TestBegunJobGetsMoreTime(t *testing.T) {
	w := &watch{due: time.Now(), timer: time.NewTimer(0), more: time.Hour}
	w.hear(true)
	if home, _ := w.begin(t.Context()); home != nil {
		t.Error("it was begun too soon")
	}
	w.due = time.Now()
	home, end := w.begin(t.Context())
	if home == nil {
		t.Fatal("it wasn't begun")
	}
	if again, _ := w.begin(t.Context()); again != nil {
		t.Error("it was begun twice")
	}
	end()
	if home.Err() == nil {
		t.Error("it couldn't be ended")
	}
}
