package executor_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/host"
	"thinrex/go/host/filedigest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/link/executor"
	"thinrex/go/reapi"
	"thinrex/go/reapi/remoteflags"
	"thinrex/go/reapi/rpc"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// glog, which the SDK logs with, flushes as long as the process lives.
		goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

// A world is this machine and a service with one slot each. The compiler is the
// shell.
type world struct {
	*testing.T
	dir     string
	machine *executor.Machine
	workers *executor.Workers
	server  *reapitest.Server
	here    *host.Slots
	there   *host.Slots
	trust   *executor.Trust

	mu        sync.Mutex
	fellBack  []error
	confirmed int
}

func newWorld(t *testing.T, edits ...func(*reapitest.Options)) *world {
	t.Helper()
	o := reapitest.Options{Execute: reapitest.RunCommands}
	for _, edit := range edits {
		edit(&o)
	}
	w := &world{
		T:      t,
		dir:    t.TempDir(),
		server: reapitest.StartT(t, o),
		here:   host.NewSlots(1, ""),
		there:  host.NewSlots(1, ""),
		trust:  executor.NewTrust(),
	}
	w.machine = executor.NewMachine(executor.MachineOptions{
		Compiler:    "/bin/sh",
		Env:         []string{"PATH=/usr/bin:/bin"},
		Function:    digest.SHA256,
		SandboxBase: t.TempDir(),
	})
	t.Cleanup(func() {
		if err := w.machine.Close(); err != nil {
			t.Error(err)
		}
	})
	client, err := reapi.Dial(t.Context(), reapi.Options{
		Options: rpc.Options{
			Connection: remoteflags.Connection{Timeout: time.Minute},
			InFlight:   10,
			Warn:       func(_, format string, args ...any) { t.Logf(format, args...) },
		},
		Services:         remoteflags.Services{Executor: "grpc://" + w.server.Addr(), Executions: 10},
		Workers:          true,
		Function:         digest.SHA256,
		ExecutionTimeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	w.workers = &executor.Workers{
		Service:  client,
		Compiler: "/bin/sh",
		Begin:    func() (func(bool), func(bool)) { return func(bool) {}, func(bool) {} },
	}
	return w
}

func (w *world) FellBack(_ string, why error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fellBack = append(w.fellBack, why)
}

func (w *world) Confirmed(_, _ *action.Result) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.confirmed++
}

// compile returns an action that reads in.o, an object, and runs a script, which
// may copy it to out.o.
func (w *world) compile(script string) *action.Action {
	w.Helper()
	path := filepath.Join(w.dir, "in.o")
	if err := os.WriteFile(path, reapitest.Object("of in.o"), 0o644); err != nil {
		w.Fatal(err)
	}
	file, err := filedigest.Open("", digest.SHA256).File(path)
	if err != nil {
		w.Fatal(err)
	}
	a := &action.Action{
		Subject: "in.o",
		Args:    []string{"-c", script},
		Inputs:  []action.Input{{Name: "in.o", Digest: file.Digest, File: file}},
		Outputs: []action.Output{{Name: "out.o", Path: "out.o"}},
	}
	spec := action.Spec{
		Function: digest.SHA256,
		Program:  []string{"/bin/sh"},
		Env:      []action.Variable{{Name: "PATH", Value: "/usr/bin:/bin"}},
		Timeout:  time.Minute,
		Runnable: true,
	}
	if err := a.Seal(spec); err != nil {
		w.Fatal(err)
	}
	return a
}

// A source has one action, as a link's task does.
type source struct {
	action  *action.Action
	dropped bool
}

func (s *source) Drop()                                          { s.dropped = true }
func (s *source) Action(context.Context) (*action.Action, error) { return s.action, nil }

// Each kind of executor for one action, as a link makes them. An executor begins
// with a slot that is taken.
func (w *world) local(*action.Action) action.Executor {
	return executor.Local{Machine: w.machine, Slot: w.take(w.here)}
}

func (w *world) remote(*action.Action) action.Executor {
	return executor.Remote{Workers: w.workers, Slot: w.take(w.there)}
}

func (w *world) fallback(a *action.Action) action.Executor {
	here := w.here.Lease()
	return executor.Fallback{
		Remote:   w.remote(a),
		Here:     executor.Local{Machine: w.machine, Slot: here},
		Slot:     here,
		Source:   &source{action: a},
		Trust:    w.trust,
		Reporter: w,
	}
}

func (w *world) racing(first executor.Place) func(*action.Action) action.Executor {
	return func(*action.Action) action.Executor {
		leases := [2]*host.Lease{executor.Here: w.here.Lease(), executor.There: w.there.Lease()}
		if err := leases[first].Take(w.Context()); err != nil {
			w.Fatal(err)
		}
		return executor.Racing{
			Sides: [2]executor.Side{
				executor.Here: {
					Executor: executor.Local{Machine: w.machine, Slot: leases[executor.Here]},
					Slot:     leases[executor.Here],
				},
				executor.There: {
					Executor: executor.Remote{Workers: w.workers, Slot: leases[executor.There]},
					Slot:     leases[executor.There],
				},
			},
			First:    first,
			Delay:    time.Millisecond,
			Reporter: w,
		}
	}
}

func (w *world) take(s *host.Slots) *host.Lease {
	w.Helper()
	lease, err := s.Acquire(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return lease
}

// isIdle checks that all slots were given back.
func (w *world) isIdle(when string) {
	w.Helper()
	if !w.here.Idle() || !w.there.Idle() {
		w.Errorf("%s: a slot wasn't given back: idle here %v, there %v", when, w.here.Idle(), w.there.Idle())
	}
}
