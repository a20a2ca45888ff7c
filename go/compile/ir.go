package compile

import (
	"context"
	"errors"
	"os"
	"slices"

	"thinrex/go/action"
	"thinrex/go/bitcode"
)

// executeSteps runs the front end, and the optimiser unless it has seen equal
// IR before. The object differs from one that is compiled at once: local
// values keep the names that the optimiser gives them. If the optimiser has
// anything to say, or to put the module's name into the object, it gets the
// source itself.
func (c *compilation) executeSteps(ctx context.Context, dir string) (r *action.Result, how string, err error) {
	in := inDir(dir)
	r, err = c.call(ctx, dir, slices.Concat(
		[]string{"-o", in(objectName), "-Xclang", "-disable-llvm-passes", "-emit-llvm"}, c.sideArgs(in), c.readArgs(in), c.args))
	if err != nil {
		return nil, "", err
	}
	if r.ExitCode != 0 {
		return r, "compiled", collect(r, dir, c.keys.outputs)
	}
	if err := os.Rename(in(objectName), in(moduleName)); err != nil {
		return nil, "", err
	}
	module, err := os.ReadFile(in(moduleName))
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
	for _, out := range optimised.Outputs {
		if err := os.WriteFile(in(out.Name), out.Data, 0o600); err != nil {
			return nil, "", err
		}
	}
	return r, how, collect(r, dir, c.keys.outputs)
}

// optimise makes the object of a module that the front end made, or finds it.
func (c *compilation) optimise(ctx context.Context, dir string, front *action.Result, module []byte) (r *action.Result, how string, err error) {
	key, err := c.keys.ir(c.invocation, c.Function.Of(module))
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
	in := inDir(dir)
	r, err := c.call(ctx, dir, slices.Concat(c.objectArgs(in), []string{"-Qunused-arguments"}, c.back, []string{"-x", "ir", in(moduleName)}))
	switch {
	case err != nil:
		return nil, err
	case r.ExitCode != 0 || saysMore(front, r):
		return nil, plain("the optimiser has words of its own")
	}
	r.Stdout, r.Stderr = nil, nil
	return r, collect(r, dir, outputs)
}
