package compile

import (
	"bytes"
	"context"
	"errors"
	"os"
	"regexp"
	"slices"

	"thinrex/go/action"
	"thinrex/go/bitcode"
)

// inSteps reports whether the front end and the optimiser run one after the
// other, with the IR between them as a key.
func (c *compilation) inSteps() bool {
	return (c.Keys == IR || c.Keys == Both) && c.in.TwoSteps()
}

// executeSteps runs the front end, and the optimiser unless it has seen equal
// IR before. The object differs from one that is compiled at once: local
// values keep the names that the optimiser gives them. If the optimiser has
// anything to say, or to put the module's name into the object, it gets the
// source itself.
func (c *compilation) executeSteps(ctx context.Context, dir string) (r *action.Result, how string, err error) {
	file := inDir(dir)
	r, err = c.call(ctx, dir, slices.Concat(
		[]string{"-o", file(objectName), "-Xclang", "-disable-llvm-passes", "-emit-llvm"}, c.in.SideArgs(file(depName)), c.readArgs(file), c.in.Args))
	if err != nil {
		return nil, "", err
	}
	if r.ExitCode != 0 {
		return r, "compiled", collect(r, dir, c.keys.outputs)
	}
	if err := os.Rename(file(objectName), file(moduleName)); err != nil {
		return nil, "", err
	}
	module, err := os.ReadFile(file(moduleName))
	if err != nil {
		return nil, "", err
	}
	optimised, how, err := c.optimise(ctx, dir, r, module)
	switch why := (*Plain)(nil); {
	case errors.As(err, &why):
		return c.executeAtOnce(ctx, dir)
	case err != nil:
		return nil, "", err
	}
	defer optimised.Done()
	for _, out := range optimised.Outputs {
		if err := os.WriteFile(file(out.Name), out.Data, 0o600); err != nil {
			return nil, "", err
		}
	}
	return r, how, collect(r, dir, c.keys.outputs)
}

// optimise makes the object of a module that the front end made, or finds it.
func (c *compilation) optimise(ctx context.Context, dir string, front *action.Result, module []byte) (r *action.Result, how string, err error) {
	if err := c.checkAssembly(module); err != nil {
		return nil, "", err
	}
	key, err := c.keys.ir(c.Function.Of(module))
	if err != nil {
		return nil, "", err
	}
	insts, err := bitcode.Instructions(module)
	large := err == nil && insts >= c.MinInsts
	if large {
		if r := c.lookupIn(ctx, c.Cache, key); r != nil {
			return r, "IR hit", nil
		}
		if r := c.lookupIn(ctx, c.askRemote(), key); r != nil {
			c.store(ctx, c.Cache, key, r)
			return r, "remote IR hit", nil
		}
	}
	if r, err = c.runOptimiser(ctx, dir, front, key.Outputs); err != nil {
		return nil, "", err
	}
	if large {
		c.store(ctx, c.Cache, key, r)
		c.store(ctx, c.remote, key, r)
	}
	return r, "compiled", nil
}

// runOptimiser fails with a *Plain error if it has words of its own.
func (c *compilation) runOptimiser(ctx context.Context, dir string, front *action.Result, outputs []action.Output) (*action.Result, error) {
	file := inDir(dir)
	r, err := c.call(ctx, dir, slices.Concat(objectArgs(c.in, file), []string{"-Qunused-arguments"}, c.in.IRArgs, []string{"-x", "ir", file(moduleName)}))
	switch {
	case err != nil:
		return nil, err
	case r.ExitCode != 0 || saysMore(front, r):
		return nil, plain("the optimiser has words of its own")
	}
	r.Stdout, r.Stderr = nil, nil
	return r, collect(r, dir, outputs)
}

// saysMore reports whether the optimiser has words that the front end hasn't
// said. What both say of their arguments is one thing.
func saysMore(front, optimiser *action.Result) bool {
	total := regexp.MustCompile(`^\d+ warnings? generated\.$`) // ends a compiler's words
	said := bytes.Split(front.Stderr, []byte("\n"))
	for line := range bytes.Lines(optimiser.Stderr) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		again := slices.ContainsFunc(said, func(s []byte) bool { return bytes.Equal(s, line) })
		if !again && !total.Match(line) {
			return true
		}
	}
	return len(optimiser.Stdout) > 0
}
