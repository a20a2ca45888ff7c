package compile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"thinrex/go/action"
	"thinrex/go/execute"
	"thinrex/go/filedigest"
)

const (
	// dotName is the graph of includes, where the depfile leaves some out.
	dotName = "m.dot"
	argName = "args"
	// maxArgs is the length of arguments from which on they go into a file.
	maxArgs = 96 << 10
)

// compile runs the compiler, which writes to a private folder, delivers what
// it wrote, and stores it if that is what the key says.
func (c *compilation) compile(ctx context.Context) (*Outcome, error) {
	workspace, err := execute.NewWorkspace(c.Sandbox)
	if err != nil {
		return nil, err
	}
	defer workspace.Close()
	dir, err := workspace.Lay(nil)
	if err != nil {
		return nil, err
	}
	since, err := now(dir, c.started)
	if err != nil {
		return nil, err
	}
	r, how, err := c.execute(ctx, dir)
	if err != nil {
		return nil, err
	}
	outcome, err := c.deliver(r)
	if err != nil || r.ExitCode != 0 {
		return outcome, err
	}
	if c.Keys == IR {
		c.Verbose("%s: %s", c.source, how)
		return outcome, nil
	}
	it, err := c.inputs(ctx, dir, since)
	if err != nil {
		c.Verbose("%s: %s, not stored: %v", c.source, how, err)
		return outcome, nil
	}
	c.Verbose("%s: %s", c.source, how)
	c.keep(ctx, c.Cache, it, r)
	if c.remote != nil {
		c.keep(ctx, c.remote, it, r)
	}
	_ = c.files.Save() // else the next compilation hashes them again
	return outcome, nil
}

// execute compiles, at once or in two steps, and says how.
func (c *compilation) execute(ctx context.Context, dir string) (r *action.Result, how string, err error) {
	if c.inSteps() {
		return c.executeSteps(ctx, dir)
	}
	in := inDir(dir)
	r, err = c.call(ctx, dir, slices.Concat(c.outputArgs(in), c.readArgs(in), c.args))
	if err == nil {
		err = collect(r, dir, c.keys.outputs)
	}
	return r, "compiled", err
}

func inDir(dir string) namer { return func(name string) string { return filepath.Join(dir, name) } }

// readArgs asks the compiler for what it reads, if nothing else says all of it.
func (c *compilation) readArgs(file namer) []string {
	switch c.deps {
	case "":
		return []string{"-MD", "-MF", file(depName), "-MT", depName}
	case "-MMD": // which leaves out system headers
		return []string{"-Xclang", "-dependency-dot", "-Xclang", file(dotName)}
	}
	return nil
}

// call runs the compiler. What it says is passed on only if it doesn't speak
// of dir.
func (c *compilation) call(ctx context.Context, dir string, args []string) (*action.Result, error) {
	args, err := shorten(dir, args)
	if err != nil {
		return nil, err
	}
	exit, err := execute.Run(ctx, execute.Process{Path: c.compiler.Path, Args: args, Env: c.Env})
	switch {
	case err != nil:
		return nil, err
	case exit.Signal != "" || exit.Code > 2:
		return nil, plain("the compiler crashed: once more, to see it with its own names")
	case bytes.Contains(exit.Stdout, []byte(dir)) || bytes.Contains(exit.Stderr, []byte(dir)):
		return nil, plain("the compiler speaks of its outputs: once more, with their own names")
	}
	return &action.Result{ExitCode: exit.Code, Stdout: exit.Stdout, Stderr: exit.Stderr}, nil
}

// collect adds the outputs in dir to r. After a failure they may be missing.
func collect(r *action.Result, dir string, outputs []action.Output) error {
	for _, out := range outputs {
		data, err := os.ReadFile(filepath.Join(dir, out.Name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		r.Outputs = append(r.Outputs, action.OutputFile{Name: out.Name, Data: data})
	}
	if r.ExitCode != 0 {
		return nil
	}
	return (&action.Action{Outputs: outputs}).Check(r)
}

// shorten puts arguments into a response file when they are many.
func shorten(dir string, args []string) ([]string, error) {
	size := 0
	for _, arg := range args {
		size += len(arg) + 1
	}
	if size <= maxArgs {
		return args, nil
	}
	var list strings.Builder
	for _, arg := range args {
		if arg == "" {
			return nil, plain("an empty argument")
		}
		for _, c := range []byte(arg) {
			if strings.IndexByte(" \t\r\n\\'\"", c) >= 0 {
				list.WriteByte('\\')
			}
			list.WriteByte(c)
		}
		list.WriteByte('\n')
	}
	path := filepath.Join(dir, argName)
	return []string{"@" + path}, os.WriteFile(path, []byte(list.String()), 0o600)
}

// inputs makes the action of what the compiler has just read. It fails when
// that isn't known for sure.
func (c *compilation) inputs(ctx context.Context, dir string, since time.Time) (candidate, error) {
	c.files = c.openDigests() // what it has learnt before the compilation is out of date
	names, err := c.wereRead(dir)
	if err != nil {
		return candidate{}, err
	}
	f := newFinder(c.search, names, since)
	for _, name := range c.forced {
		f.force(name)
	}
	for _, name := range names {
		_, data, err := filedigest.Read(name)
		if err != nil {
			return candidate{}, err
		}
		s := scanText(data)
		if s.reason != "" && !slices.Contains(c.read, name) {
			return candidate{}, fmt.Errorf("%s %s", name, s.reason)
		}
		if err := c.paths.shareable(name, s); err != nil {
			return candidate{}, err
		}
		f.stat(name)
		f.add(name, s)
	}
	it, err := c.candidate(alternative{names, f.conditions()})
	switch {
	case err != nil:
		return it, err
	case f.late != "":
		return it, fmt.Errorf("%s is too new: it may have changed meanwhile", f.late)
	case !it.holds():
		return it, errors.New("files have come or gone meanwhile")
	}
	again, err := c.resolve(ctx)
	if err == nil && again.Identity != c.compiler.Identity {
		err = errors.New("the compiler is another one now")
	}
	return it, err
}

// wereRead lists the files that the compiler has read.
func (c *compilation) wereRead(dir string) ([]string, error) {
	data, err := os.ReadFile(filepath.Join(dir, depName))
	if err != nil {
		return nil, err
	}
	names, err := parseDepfile(data, c.source)
	if err != nil {
		return nil, err
	}
	var more []string
	if c.deps == "-MMD" {
		if data, err = os.ReadFile(filepath.Join(dir, dotName)); err != nil {
			return nil, err
		}
		if more, err = parseDot(data); err != nil {
			return nil, err
		}
	}
	return union([]string{c.source}, names, more, c.read), nil
}
