package link

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"thinrex/go/action"
	"thinrex/go/clang"
	"thinrex/go/host"
	"thinrex/go/link/canon"
	"thinrex/go/link/distfile"
	"thinrex/go/report"
)

// A jobCompiler is the compiler of a link, as this machine and workers run it.
type jobCompiler struct {
	path      string         // on this machine
	onWorkers string         // the path by which workers run it; "" if each action brings its own
	builder   *canon.Builder // of the jobs' actions; nil if all jobs must run as they are

	// library returns the shared library with LLVM's code that the compiler loads.
	library func() (path string, err error)
	version func() (string, error) // of LLVM in it
}

// readCompiler finds the compiler and reads what all jobs have in common.
func readCompiler(ctx context.Context, common distfile.Common, o Options) (*jobCompiler, error) {
	if o.AsWritten {
		path, err := clang.Locate(common.Compiler(), ".")
		if err != nil {
			return nil, &host.EnvironmentError{Err: err}
		}
		return &jobCompiler{path: path}, nil
	}
	resolution := clang.ResolveOptions{
		Dir:      ".",
		Args:     common.Args[1:],
		Env:      host.Environ(o.Env),
		Files:    o.Files,
		StateDir: o.StateDir,
	}
	compiler, err := clang.Resolve(ctx, common.Compiler(), resolution)
	if err != nil {
		return nil, &host.EnvironmentError{Err: err}
	}
	c := &jobCompiler{
		path:    compiler.Path,
		library: func() (string, error) { return compiler.LLVMLibrary(resolution) },
		version: func() (string, error) { return compiler.LLVMVersion(ctx, resolution) },
	}
	why, err := unknownCompiler(ctx, compiler, resolution)
	if err != nil {
		return nil, err
	}
	if why != "" {
		warnUncached(o.Terminal, &action.Uncacheable{Cause: "compiler", Reason: why})
		return c, nil
	}
	options := canon.Options{
		Files:       o.Files,
		Env:         o.Env,
		ExtraInputs: o.ExtraInputs,
		Properties:  o.Properties,
		Timeout:     o.Timeout,
		Launched:    compiler.Launched,
	}
	if o.Portable {
		err = bringCompiler(&options, compiler)
	} else {
		c.onWorkers = o.Compiler
		if c.onWorkers == "" {
			c.onWorkers = "/usr/bin/" + compiler.Name
		}
		options.Identity, options.Launch = compiler.Identity, []string{c.onWorkers}
	}
	if err != nil {
		return nil, err
	}
	c.builder, err = canon.NewBuilder(common, options)
	if uncacheable, ok := errors.AsType[*action.Uncacheable](err); ok {
		c.builder = nil
		warnUncached(o.Terminal, uncacheable)
		return c, nil
	}
	return c, err
}

// unknownCompiler returns why jobs can't be made actions: thinrex doesn't know which
// program the compiler runs, or the compiler runs only in the user's environment, while
// an action has a fixed one. It returns "" for a compiler that an action can run.
func unknownCompiler(ctx context.Context, c *clang.Compiler, o clang.ResolveOptions) (why string, err error) {
	names, err := c.NeededVariables(ctx, o, host.Inherited())
	if err != nil {
		return "", err
	}
	if len(names) == 0 {
		return c.Unknown, nil
	}
	return fmt.Sprintf("which compiler %s runs depends on %s, and compilers get a fixed environment;"+
		" %s passes it on, as part of the key",
		c.Path, strings.Join(names, " and "), "--action_env="+strings.Join(names, " --action_env=")), nil
}

// bringCompiler puts the compiler's own files into the input root of each action, so that
// workers need no compiler (--toolchain=upload).
func bringCompiler(o *canon.Options, c *clang.Compiler) error {
	p, err := c.Portable(o.Files, host.Environ(o.Env))
	if err != nil {
		return err
	}
	// A worker's processor isn't known: see docs/keys.md.
	o.Identity, o.Launch = "processor "+c.Processor, p.Launch
	for _, f := range p.Files {
		o.Tools = append(o.Tools, action.Input{
			Name:       f.Name,
			Digest:     f.File.Digest,
			File:       f.File,
			Executable: f.Executable,
		})
	}
	return nil
}

// warnUncached warns, once for each cause, that jobs aren't cached.
func warnUncached(terminal *report.Terminal, why *action.Uncacheable) {
	terminal.WarnOnce(why.Cause, "%s: compiled here and not cached", why.Reason)
}
