package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"thinrex/go/action"
	"thinrex/go/host"
)

// Run runs the action here in a private folder. The compiler is a path of this machine,
// unless the action brings its own.
func (r *Recipe) Run(ctx context.Context, from Source, w *host.Workspace, compiler string) (*action.Result, error) {
	dir, err := w.Lay(nil)
	if err != nil {
		return nil, &host.EnvironmentError{Err: err}
	}
	defer os.RemoveAll(dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, &host.EnvironmentError{Err: err}
	}
	defer root.Close()
	if err := r.writeInputs(ctx, from, root, "."); err != nil {
		return nil, err
	}
	p := host.Process{Path: compiler, Args: r.Args[1:], Dir: dir}
	if r.BringsCompiler() {
		p.Path = filepath.Join(dir, filepath.FromSlash(r.Args[0]))
	}
	for _, v := range r.Env {
		p.Env = append(p.Env, v.Name+"="+v.Value)
	}
	exit, err := host.Run(ctx, p)
	if err != nil {
		return nil, err
	}
	result := &action.Result{ExitCode: exit.Code, Signal: exit.Signal, Stdout: exit.Stdout, Stderr: exit.Stderr}
	result.Outputs, err = r.outputs(root)
	return result, err
}

// outputs reads what the compiler wrote.
func (r *Recipe) outputs(root *os.Root) (list []action.OutputFile, err error) {
	for _, name := range r.Outputs {
		fi, err := root.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && !fi.Mode().IsRegular() {
			err = fmt.Errorf("%s isn't a regular file", name)
		}
		if err != nil {
			return nil, err
		}
		data, err := root.ReadFile(name)
		if err != nil {
			return nil, err
		}
		list = append(list, action.OutputFile{Name: name, Data: data})
	}
	return list, nil
}
