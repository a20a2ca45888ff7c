package executor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/host"
)

// layOut makes a private folder with copies of an action's inputs, and makes sure
// that the copies are what the action's key says.
func layOut(workspace *host.Workspace, a *action.Action, function digest.Function) (dir string, err error) {
	files := make([]host.SourceFile, len(a.Inputs))
	for i, in := range a.Inputs {
		files[i] = host.SourceFile{Name: in.Name, Path: in.File.Path, Data: in.Data}
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
			continue // it was made in memory, with its digest
		}
		if err := verifyCopy(filepath.Join(dir, filepath.FromSlash(in.Name)), in, function); err != nil {
			os.RemoveAll(dir)
			return "", err
		}
	}
	return dir, nil
}

// verifyCopy returns ErrInputChanged if a copy isn't what the input's digest says.
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

// collect reads what the compiler wrote into a private folder. An output that
// isn't there is left out: Action.Check knows whether that matters.
func collect(dir string, a *action.Action) (outputs []action.OutputFile, err error) {
	if err := onlyDeclared(dir, a); err != nil {
		return nil, err
	}
	for _, out := range a.Outputs {
		data, err := readOutput(dir, out.Name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, &host.EnvironmentError{Err: fmt.Errorf("read what the compiler wrote for %s: %w", a.Subject, err)}
		}
		outputs = append(outputs, action.OutputFile{Name: out.Name, Data: data})
	}
	return outputs, nil
}

// onlyDeclared returns ErrOtherFiles if the compiler wrote a file that isn't an
// output: it would be lost with the private folder.
func onlyDeclared(dir string, a *action.Action) error {
	declared := map[string]bool{}
	for _, in := range a.Inputs {
		top, _, _ := strings.Cut(in.Name, "/")
		declared[top] = true
	}
	for _, out := range a.Outputs {
		declared[out.Name] = true
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return &host.EnvironmentError{Err: err}
	}
	for _, e := range entries {
		if !declared[e.Name()] {
			return fmt.Errorf("the compiler also wrote %s, %w", e.Name(), ErrOtherFiles)
		}
	}
	return nil
}

// readOutput reads a regular file. A compiler that leaves a symbolic link to
// somewhere else hasn't written its output.
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
