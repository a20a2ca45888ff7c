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
)

// A jobCompiler is the compiler of a link, as this machine and workers run it.
type jobCompiler struct {
	path      string         // on this machine
	onWorkers string         // the path by which workers run it; "" if each action brings its own
	identity  string         // see clang.Compiler
	builder   *canon.Builder // of the jobs' actions; nil if all jobs must run as they are
	uncached  string         // why there is no builder

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
	resolution := resolutionOf(common.Args[1:], o)
	compiler, err := clang.Resolve(ctx, common.Compiler(), resolution)
	if err != nil {
		return nil, &host.EnvironmentError{Err: err}
	}
	return newJobCompiler(ctx, compiler, resolution, common, o)
}

// resolutionOf says how a compiler is looked for that gets some arguments.
func resolutionOf(args []string, o Options) clang.ResolveOptions {
	return clang.ResolveOptions{
		Dir:      ".",
		Args:     args,
		Env:      host.Environ(o.Env),
		Files:    o.Files,
		StateDir: o.StateDir,
	}
}

// newJobCompiler reads what all jobs have in common, for a compiler that was found.
func newJobCompiler(
	ctx context.Context, compiler *clang.Compiler, resolution clang.ResolveOptions, common distfile.Common, o Options,
) (*jobCompiler, error) {
	c := &jobCompiler{
		path:     compiler.Path,
		identity: compiler.Identity,
		library:  func() (string, error) { return compiler.LLVMLibrary(resolution) },
		version:  func() (string, error) { return compiler.LLVMVersion(ctx, resolution) },
	}
	why, err := unknownCompiler(ctx, compiler, resolution)
	if err != nil {
		return nil, err
	}
	if why != "" {
		c.uncached = why
		return c, o.runUncached(&action.Uncacheable{Cause: "compiler", Reason: why})
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
		c.builder, c.uncached = nil, uncacheable.Reason
		return c, o.runUncached(uncacheable)
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

// runUncached warns, once for each cause, that jobs aren't cached, and lets them run as the
// linker wrote them. A backend that was given as a command runs as it was given instead: the
// reason is the error with which RunCommand ends.
func (o Options) runUncached(why *action.Uncacheable) error {
	if o.command {
		return why
	}
	o.Terminal.WarnOnce(why.Cause, "%s: compiled here and not cached", why.Reason)
	return nil
}
