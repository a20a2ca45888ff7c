package link

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/host"
	"thinrex/go/link/distfile"
	"thinrex/go/object"
)

// errOtherFiles says that the compiler wrote more than the action's outputs.
var errOtherFiles = errors.New("which isn't known as an output")

// localRunner runs compilations on this machine.
type localRunner struct {
	compiler string // path
	env      []string
	function digest.Function
	base     string // of the workspace

	mu        sync.Mutex
	workspace *host.Workspace // once something was run
}

// open returns the workspace. Most links don't need one.
func (l *localRunner) open() (*host.Workspace, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.workspace == nil {
		var err error
		if l.workspace, err = host.NewWorkspace(l.base); err != nil {
			return nil, fmt.Errorf("make a private directory: %w", err)
		}
	}
	return l.workspace, nil
}

func (l *localRunner) close() error {
	if l.workspace == nil {
		return nil
	}
	return l.workspace.Close()
}

// execute runs an action in a private directory that holds its input tree.
func (l *localRunner) execute(ctx context.Context, a *action.Action) (*action.Result, error) {
	dir, err := l.lay(a)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	r, err := l.run(ctx, host.Process{Path: l.compiler, Args: a.Args, Dir: dir, Env: l.env})
	if err != nil || r.ExitCode != 0 {
		return r, err
	}
	if err := onlyKnown(dir, a); err != nil {
		return nil, err
	}
	for _, out := range a.Outputs {
		data, err := readOutput(dir, out.Name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the check knows whether that matters
		}
		if err != nil {
			return nil, &host.EnvironmentError{Err: fmt.Errorf("read what the compiler wrote for %s: %w", a.Subject, err)}
		}
		r.Outputs = append(r.Outputs, action.OutputFile{Name: out.Name, Data: data})
	}
	return r, nil
}

// lay copies the inputs and makes sure that the copies are what the key says:
// the compiler reads nothing else, so the result is that key's whatever
// happens to the originals.
func (l *localRunner) lay(a *action.Action) (dir string, err error) {
	files := make([]host.SourceFile, len(a.Inputs))
	for i, in := range a.Inputs {
		files[i] = host.SourceFile{Name: in.Name, Path: in.File.Path, Data: in.Data}
	}
	workspace, err := l.open()
	if err != nil {
		return "", &host.EnvironmentError{Err: err}
	}
	dir, err = workspace.Lay(files)
	if errors.Is(err, fs.ErrNotExist) {
		if path := a.InputsChanged(); path != "" {
			return "", fmt.Errorf("%s %w", path, action.ErrInputChanged)
		}
	}
	if err != nil {
		return "", &host.EnvironmentError{Err: err}
	}
	for _, in := range a.Inputs {
		if in.Data != nil {
			continue
		}
		if err := verifyCopy(filepath.Join(dir, filepath.FromSlash(in.Name)), in, l.function); err != nil {
			os.RemoveAll(dir)
			return "", err
		}
	}
	return dir, nil
}

// onlyKnown makes sure that no file would be lost with the private directory.
func onlyKnown(dir string, a *action.Action) error {
	known := map[string]bool{}
	for _, in := range a.Inputs {
		first, _, _ := strings.Cut(in.Name, "/")
		known[first] = true
	}
	for _, out := range a.Outputs {
		known[out.Name] = true
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return &host.EnvironmentError{Err: err}
	}
	for _, e := range entries {
		if !known[e.Name()] {
			return fmt.Errorf("the compiler also wrote %s, %w", e.Name(), errOtherFiles)
		}
	}
	return nil
}

func verifyCopy(path string, in action.Input, function digest.Function) error {
	f, err := os.Open(path)
	if err != nil {
		return &host.EnvironmentError{Err: err}
	}
	defer f.Close()
	got, err := function.OfReader(f)
	if err != nil {
		return &host.EnvironmentError{Err: err}
	}
	if got != in.Digest {
		return fmt.Errorf("%s %w", in.File.Path, action.ErrInputChanged)
	}
	return nil
}

// executeAsIs runs a job in the linker's directory and environment.
func (l *localRunner) executeAsIs(ctx context.Context, common []string, job distfile.Job) (*action.Result, error) {
	args := append(append([]string{}, common...), job.Args...)
	return l.run(ctx, host.Process{Path: l.compiler, Args: args, Env: host.Inherited()})
}

func (l *localRunner) run(ctx context.Context, p host.Process) (*action.Result, error) {
	exit, err := host.Run(ctx, p)
	if errors.Is(err, host.ErrStart) {
		return nil, &host.EnvironmentError{Err: err}
	}
	if err != nil {
		return nil, err
	}
	return &action.Result{ExitCode: exit.Code, Signal: exit.Signal, Stdout: exit.Stdout, Stderr: exit.Stderr}, nil
}

// readOutput reads a regular file; a compiler that leaves a link to somewhere
// else hasn't written its output.
func readOutput(dir, name string) ([]byte, error) {
	path := filepath.Join(dir, filepath.FromSlash(name))
	fi, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !fi.Mode().IsRegular() {
		return nil, fmt.Errorf("%s isn't a regular file", name)
	}
	return os.ReadFile(path)
}

// checkFile checks an object that a compiler wrote in place.
func checkFile(path string) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the compiler wrote no %s", path)
	}
	if err != nil {
		return err
	}
	if err := object.Check(data); err != nil {
		return fmt.Errorf("%s %w", path, err)
	}
	return nil
}
