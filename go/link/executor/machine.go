package executor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/host"
)

// A Machine runs the compilations of one link on this machine.
type Machine struct {
	options MachineOptions

	mu        sync.Mutex
	workspace *host.Workspace // nil until an action was run
}

// MachineOptions say what a Machine runs, and where.
type MachineOptions struct {
	Compiler    string          // path
	Env         []string        // the compiler's whole environment, for actions
	Function    digest.Function // of the digests of inputs
	SandboxBase string          // where private folders are made; "" for the default
}

// NewMachine returns a machine that has nothing to clean up yet.
func NewMachine(o MachineOptions) *Machine { return &Machine{options: o} }

// Close removes what is left of private folders. No compilation may run any more.
func (m *Machine) Close() error {
	if m.workspace == nil {
		return nil
	}
	return m.workspace.Close()
}

// RunAsIs runs the compiler in the linker's folder and environment. It may write
// wherever it wants, so the result has no outputs.
func (m *Machine) RunAsIs(ctx context.Context, args []string) (*action.Result, error) {
	return run(ctx, host.Process{Path: m.options.Compiler, Args: args, Env: host.Inherited()})
}

// run runs an action in a private folder that holds copies of its inputs. The
// compiler reads nothing else, so the result belongs to the action's key,
// whatever happens to the originals meanwhile.
func (m *Machine) run(ctx context.Context, a *action.Action) (*action.Result, error) {
	workspace, err := m.open()
	if err != nil {
		return nil, err
	}
	dir, err := layOut(workspace, a, m.options.Function)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	r, err := run(ctx, host.Process{Path: m.options.Compiler, Args: a.Args, Dir: dir, Env: m.options.Env})
	if err != nil || r.ExitCode != 0 {
		return r, err
	}
	r.Outputs, err = collect(dir, a)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// open returns the workspace, which is made when it is first needed: a link that
// hits in full runs nothing.
func (m *Machine) open() (*host.Workspace, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.workspace == nil {
		var err error
		if m.workspace, err = host.NewWorkspace(m.options.SandboxBase); err != nil {
			return nil, &host.EnvironmentError{Err: fmt.Errorf("make a private directory: %w", err)}
		}
	}
	return m.workspace, nil
}

func run(ctx context.Context, p host.Process) (*action.Result, error) {
	exit, err := host.Run(ctx, p)
	if errors.Is(err, host.ErrStart) {
		return nil, &host.EnvironmentError{Err: err}
	}
	if err != nil {
		return nil, err
	}
	return &action.Result{
		ExitCode: exit.Code,
		Signal:   exit.Signal,
		Stdout:   exit.Stdout,
		Stderr:   exit.Stderr,
		Began:    exit.Began,
		Ran:      exit.Ran,
	}, nil
}
