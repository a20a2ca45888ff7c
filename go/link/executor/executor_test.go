package executor_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/action"
	"thinrex/go/host"
	"thinrex/go/internal/reapitest"
	"thinrex/go/link/executor"
)

const (
	sound   = "echo compiled >&2; cp in.o out.o"
	failing = "echo error: bad >&2; exit 3"
)

// A kind of executor makes the executor of one action.
type kind struct {
	name       string
	runsHere   bool // it may run an action on this machine
	runsThere  bool // it may have a worker run it
	executorOf func(*world, *action.Action) action.Executor
}

var kinds = []kind{
	{"local", true, false, (*world).local},
	{"remote", false, true, (*world).remote},
	{"fallback", true, true, (*world).fallback},
	{"racing, first here", true, true, func(w *world, a *action.Action) action.Executor {
		return w.racing(executor.Here)(a)
	}},
	{"racing, first there", true, true, func(w *world, a *action.Action) action.Executor {
		return w.racing(executor.There)(a)
	}},
}

// What holds for every executor.
func TestEveryExecutor(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Run("success", func(t *testing.T) { k.testSuccess(newWorld(t)) })
			t.Run("failure", func(t *testing.T) { k.testFailure(newWorld(t)) })
			t.Run("changed input", func(t *testing.T) { k.testChangedInput(newWorld(t)) })
			t.Run("ended before", func(t *testing.T) { k.testEndedBefore(newWorld(t)) })
			t.Run("ended while it runs", func(t *testing.T) { k.testEnded(newWorld(t)) })
			t.Run("refused", func(t *testing.T) {
				k.testRefused(newWorld(t, func(o *reapitest.Options) {
					o.Execute = func(context.Context, *reapitest.Job) (*reapitest.Result, error) {
						return nil, status.Error(codes.InvalidArgument, "no such platform")
					}
				}))
			})
		})
	}
}

// A result says where the action ran and holds a slot until Done.
func (k kind) testSuccess(w *world) {
	a := w.compile(sound)
	r, err := k.executorOf(w, a).Execute(w.Context(), a)
	if err != nil {
		w.Fatal(err)
	}
	if why := a.Failure(r); why != nil || string(r.Stderr) != "compiled\n" {
		w.Errorf("%v; the compiler printed %q", why, r.Stderr)
	}
	if here := r.Service == ""; here && !k.runsHere || !here && !k.runsThere {
		w.Errorf("it ran on worker %q", r.Service)
	}
	if r.Ran <= 0 || r.Ran > time.Since(r.Began) {
		w.Errorf("the compiler ran for %v since %v", r.Ran, r.Began)
	}
	if w.here.Idle() && w.there.Idle() {
		w.Error("the result holds no slot")
	}
	r.Done()
	r.Done()
	w.isIdle("after Done")
}

// A compiler that fails is a result, no error.
func (k kind) testFailure(w *world) {
	a := w.compile(failing)
	r, err := k.executorOf(w, a).Execute(w.Context(), a)
	if err != nil || r.ExitCode != 3 || !strings.Contains(string(r.Stderr), "error: bad") {
		w.Fatalf("%+v, %v", r, err)
	}
	if r.Service != "" && k.runsHere {
		w.Errorf("a failure on worker %q was believed", r.Service)
	}
	r.Done()
	w.isIdle("after Done")
}

// An input that has changed is that error wherever the action would have run.
func (k kind) testChangedInput(w *world) {
	a := w.compile(sound)
	if err := os.WriteFile(filepath.Join(w.dir, "in.o"), []byte("changed"), 0o644); err != nil {
		w.Fatal(err)
	}
	r, err := k.executorOf(w, a).Execute(w.Context(), a)
	if !errors.Is(err, action.ErrInputChanged) {
		w.Errorf("%+v, %v", r, err)
	}
	w.isIdle("after the error")
}

func (k kind) testEndedBefore(w *world) {
	ctx, cancel := context.WithCancel(w.Context())
	a := w.compile(sound)
	x := k.executorOf(w, a)
	cancel()
	if r, err := x.Execute(ctx, a); !errors.Is(err, context.Canceled) {
		w.Errorf("%+v, %v", r, err)
	}
	w.isIdle("after the error")
}

// The end of a link ends what runs, on both sides.
func (k kind) testEnded(w *world) {
	ctx, cancel := context.WithCancel(w.Context())
	begun := filepath.Join(w.dir, "begun")
	a := w.compile(": >" + begun + "; sleep 1000")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			if _, err := os.Stat(begun); err == nil {
				cancel()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	if r, err := k.executorOf(w, a).Execute(ctx, a); !errors.Is(err, context.Canceled) {
		w.Errorf("%+v, %v", r, err)
	}
	<-ended
	w.isIdle("after the error")
}

// What a service refuses runs here, if that is allowed, and somebody is told why.
func (k kind) testRefused(w *world) {
	a := w.compile(sound)
	r, err := k.executorOf(w, a).Execute(w.Context(), a)
	switch {
	case !k.runsHere:
		if err == nil || !strings.Contains(err.Error(), "no such platform") {
			w.Errorf("%+v, %v", r, err)
		}
	case err != nil || r.Service != "" || a.Failure(r) != nil:
		w.Errorf("%+v, %v", r, err)
	case k.name == "fallback" && len(w.fellBack) != 1:
		w.Errorf("%d fallbacks were reported: %v", len(w.fellBack), w.fellBack)
	}
	r.Done()
	w.isIdle("at the end")
}

// An error that ends the link names the module and is the environment's.
func TestRequiredWorkers(t *testing.T) {
	w := newWorld(t, func(o *reapitest.Options) {
		o.Execute = func(context.Context, *reapitest.Job) (*reapitest.Result, error) {
			return &reapitest.Result{ExitCode: 127, Stderr: []byte("sh: not found\n")}, nil
		}
	})
	w.workers.Required = true
	a := w.compile(sound)
	_, err := w.remote(a).Execute(t.Context(), a)
	_, ok := errors.AsType[*host.EnvironmentError](err)
	if !ok || !strings.Contains(err.Error(), "execute in.o remotely") ||
		!strings.Contains(err.Error(), executor.OtherWorkerCompiler) {
		t.Error(err)
	}
}

// The compiler may write only what the action declares.
func TestOtherFiles(t *testing.T) {
	w := newWorld(t)
	a := w.compile(sound + "; : >other")
	if r, err := w.local(a).Execute(t.Context(), a); !errors.Is(err, executor.ErrOtherFiles) {
		t.Errorf("%+v, %v", r, err)
	}
	w.isIdle("after the error")
}

// The first failure on a worker is checked here. What that shows holds for all
// later ones.
func TestTrust(t *testing.T) {
	for name, test := range map[string]struct {
		script   string
		wantHere []bool // which of the results are this machine's
	}{
		"broken worker": {sound, []bool{true, true, true}},
		"real failure":  {failing, []bool{true, false, false}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(o *reapitest.Options) {
				o.Execute = func(context.Context, *reapitest.Job) (*reapitest.Result, error) {
					return &reapitest.Result{ExitCode: 3, Stderr: []byte("error: bad\n")}, nil
				}
			})
			for i, wantHere := range test.wantHere {
				a := w.compile(test.script)
				r, err := w.fallback(a).Execute(t.Context(), a)
				if err != nil {
					t.Fatal(err)
				}
				if here := r.Service == ""; here != wantHere {
					t.Errorf("result %d is of worker %q", i, r.Service)
				}
				r.Done()
				w.isIdle("after Done")
			}
			if broken := name == "broken worker"; broken != (len(w.fellBack) == 3) || broken != (w.confirmed == 0) {
				t.Errorf("fallbacks %v, %d failures confirmed", w.fellBack, w.confirmed)
			}
		})
	}
}
