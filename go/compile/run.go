package compile

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"thinrex/go/action"
	"thinrex/go/bitcode"
	"thinrex/go/host"
)

const (
	// dotName is the graph of includes, where the depfile leaves some out.
	dotName = "m.dot"
	// allName is the depfile of the preprocessor alone, with nothing left out.
	allName = "all.d"
	argName = "args"
	// maxArgs is the length of arguments from which on they go into a file.
	maxArgs = 96 << 10
)

// compile runs the compiler, which writes to a private folder, delivers what
// it wrote, and stores it if that is what the key says.
func (c *compilation) compile(ctx context.Context) (*Outcome, error) {
	workspace, err := host.NewWorkspace(c.Sandbox)
	if err != nil {
		return nil, err
	}
	defer workspace.Close()
	dir, err := workspace.Lay(nil)
	if err != nil {
		return nil, err
	}
	began, err := c.search.Begin(dir, c.started, append([]string{c.in.Source}, c.in.Forced...))
	if err != nil {
		return nil, err
	}
	if err := markOld(dir, c.keys.outputs); err != nil {
		return nil, err
	}
	r, how, err := c.execute(ctx, dir)
	if err != nil {
		return nil, err
	}
	texts, unknown := c.wereRead(dir)
	why := (*Plain)(nil)
	switch {
	case r.ExitCode == 0 && errors.As(unknown, &why):
		return nil, why
	case r.ExitCode != 0 && c.asksForStream(c.newBudget(ctx)):
		return nil, plain("a source may include what each process finds another")
	}
	outcome, err := c.deliver(r)
	if err == nil && r.ExitCode != 0 {
		err = withdraw(dir, c.keys.outputs)
	}
	if err != nil || r.ExitCode != 0 {
		return outcome, err
	}
	if c.Keys == IR {
		c.Verbose("%s: %s", c.in.Source, how)
		return outcome, nil
	}
	it, err := candidate{}, unknown
	c.spoke = optimiserSpoke(r)
	if reason := identity(c.in.Args, c.keys.outputs, r); reason != "" {
		err = errors.New(reason)
	}
	if object, ok := r.Output(objectName); ok && err == nil {
		err = c.checkAssembly(object)
	}
	if err == nil {
		it, err = c.inputs(ctx, dir, texts, began)
		_ = c.headers.Save() // else the next compilation scans them again
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		c.Verbose("%s: %s, not stored: %v", c.in.Source, how, err)
		return outcome, nil
	}
	c.Verbose("%s: %s", c.in.Source, how)
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
	return c.executeAtOnce(ctx, dir)
}

func (c *compilation) executeAtOnce(ctx context.Context, dir string) (r *action.Result, how string, err error) {
	file := inDir(dir)
	r, err = c.call(ctx, dir, slices.Concat(outputArgs(c.in, file), c.readArgs(file), c.in.Args))
	if err == nil {
		err = collect(r, dir, c.keys.outputs)
	}
	return r, "compiled", err
}

func inDir(dir string) namer { return func(name string) string { return filepath.Join(dir, name) } }

// readArgs asks the compiler for what it reads, if nothing else says all of it.
func (c *compilation) readArgs(file namer) []string {
	switch c.in.Deps {
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
	exit, err := host.Run(ctx, host.Process{Path: c.compiler.Path, Args: args, Env: c.Env})
	c.compiling += exit.CPU
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
// None may speak of dir.
func collect(r *action.Result, dir string, outputs []action.Output) error {
	for _, out := range outputs {
		data, err := os.ReadFile(filepath.Join(dir, out.Name))
		if errors.Is(err, fs.ErrNotExist) || string(data) == oldMark {
			continue
		}
		if err != nil {
			return err
		}
		if bitcode.Holds(data, privateName(dir)) {
			return plain("%s would hold the name of a private folder", out.Path)
		}
		r.Outputs = append(r.Outputs, action.OutputFile{Name: out.Name, Data: data})
	}
	if r.ExitCode != 0 {
		return nil
	}
	return (&action.Action{Outputs: outputs}).Check(r)
}

// privateName is the part of dir's name that nothing else has.
func privateName(dir string) string { return strings.TrimPrefix(dir, filepath.Dir(filepath.Dir(dir))) }

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
