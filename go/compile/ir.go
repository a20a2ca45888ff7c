package compile

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"thinrex/go/action"
	"thinrex/go/bitcode"
)

// inSteps reports whether the front end and the optimiser run one after the
// other, with the IR between them as a key. What options write or read in both
// keeps a compilation whole.
func (c *compilation) inSteps() bool {
	return (c.Keys == IR || c.Keys == Both) && c.dia == "" && c.trace == "" && len(c.read) == 0 && !slices.Contains(c.args, "--")
}

// executeSteps runs the front end, and the optimiser unless it has seen equal
// IR before. The object differs from one that is compiled at once: local
// values keep the names that the optimiser gives them.
func (c *compilation) executeSteps(ctx context.Context, dir string) (r *action.Result, how string, err error) {
	in := inDir(dir)
	r, err = c.call(ctx, dir, slices.Concat(
		[]string{"-o", in(moduleName), "-Xclang", "-disable-llvm-passes", "-emit-llvm"}, c.sideArgs(in), c.readArgs(in), c.args))
	if err != nil || r.ExitCode != 0 {
		return r, "", err
	}
	module, err := os.ReadFile(in(moduleName))
	if err != nil {
		return nil, "", err
	}
	optimised, how, err := c.optimise(ctx, dir, module)
	if err != nil {
		return nil, "", err
	}
	r.ExitCode = optimised.ExitCode
	r.Stdout, r.Stderr = append(r.Stdout, optimised.Stdout...), append(r.Stderr, optimised.Stderr...)
	for _, out := range optimised.Outputs {
		if err := os.WriteFile(filepath.Join(dir, out.Name), out.Data, 0o600); err != nil {
			return nil, "", err
		}
	}
	return r, how, collect(r, dir, c.keys.outputs)
}

// optimise makes the object of a module, or finds it.
func (c *compilation) optimise(ctx context.Context, dir string, module []byte) (r *action.Result, how string, err error) {
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
	in := inDir(dir)
	r, err = c.call(ctx, dir, slices.Concat(c.objectArgs(in), []string{"-Qunused-arguments"}, c.back, []string{"-x", "ir", in(moduleName)}))
	if err == nil {
		err = collect(r, dir, key.Outputs)
	}
	if err == nil && large && r.ExitCode == 0 {
		c.store(ctx, c.Cache, key, r)
		c.store(ctx, c.remote, key, r)
	}
	return r, "compiled", err
}
