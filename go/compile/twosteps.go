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

// compileInTwoSteps runs the front end, and the optimiser unless a cache has what it
// made of equal IR. The object differs from one that is compiled at once: local values
// keep the names that the optimiser gives them. If the optimiser has any message, or
// would put the module's name into the object, it gets the source itself.
func (x *execution) compileInTwoSteps(ctx context.Context) (result *action.Result, how string, err error) {
	result, err = x.runCompiler(ctx, slices.Concat(
		[]string{"-o", x.path(objectName), "-Xclang", "-disable-llvm-passes", "-emit-llvm"},
		x.in.SideArgs(x.path(depName)), x.listArgs(), x.in.Args))
	if err != nil {
		return nil, "", err
	}
	if result.ExitCode != 0 {
		return result, "compiled", x.collect(result, x.keys.outputs)
	}
	if err := os.Rename(x.path(objectName), x.path(moduleName)); err != nil {
		return nil, "", err
	}
	module, err := os.ReadFile(x.path(moduleName))
	if err != nil {
		return nil, "", err
	}
	optimised, how, err := x.optimise(ctx, result, module)
	if _, ok := errors.AsType[*NotCached](err); ok {
		return x.compileAtOnce(ctx)
	}
	if err != nil {
		return nil, "", err
	}
	defer optimised.Done()
	result.Ran += optimised.Ran // at a hit of the direct key, neither step runs
	for _, out := range optimised.Outputs {
		if err := os.WriteFile(x.path(out.Name), out.Data, 0o600); err != nil {
			return nil, "", err
		}
	}
	return result, how, x.collect(result, x.keys.outputs)
}

// optimise makes the object of a module that the front end made, or finds it in a
// cache.
func (x *execution) optimise(
	ctx context.Context, front *action.Result, module []byte,
) (result *action.Result, how string, err error) {
	if err := x.checkAssembly(module); err != nil {
		return nil, "", err
	}
	key, err := x.keys.ir(x.options.Function.Of(module))
	if err != nil {
		return nil, "", err
	}
	insts, err := bitcode.Instructions(module)
	large := err == nil && insts >= x.options.MinInsts
	if large && !x.caches.distrusted {
		if result := x.caches.lookup(ctx, x.caches.local, key); result != nil {
			return result, "IR hit", nil
		}
		if result := x.caches.lookup(ctx, x.caches.openedRemote(), key); result != nil {
			x.caches.store(ctx, x.caches.local, key, result)
			return result, "remote IR hit", nil
		}
	}
	if result, err = x.runOptimiser(ctx, front, key.Outputs); err != nil {
		return nil, "", err
	}
	if large {
		x.caches.store(ctx, x.caches.local, key, result)
		x.caches.store(ctx, x.caches.remote, key, result)
	}
	return result, "compiled", nil
}

// runOptimiser fails with a *NotCached error if the optimiser prints a message.
func (x *execution) runOptimiser(
	ctx context.Context, front *action.Result, outputs []action.Output,
) (*action.Result, error) {
	result, err := x.runCompiler(ctx, slices.Concat(
		objectArgs(x.in, x.path), []string{"-Qunused-arguments"}, x.in.IRArgs,
		[]string{"-x", "ir", x.path(moduleName)}))
	switch {
	case err != nil:
		return nil, err
	case result.ExitCode != 0 || saysMore(front, result):
		return nil, notCached("the optimiser prints messages")
	}
	result.Stdout, result.Stderr = nil, nil
	return result, x.collect(result, outputs)
}

// saysMore reports whether the optimiser prints a message that the front end hasn't
// printed. Both may print the same of their arguments.
func saysMore(front, optimiser *action.Result) bool {
	total := regexp.MustCompile(`^\d+ warnings? generated\.$`) // the last line of a compiler's messages
	printed := bytes.Split(front.Stderr, []byte("\n"))
	for line := range bytes.Lines(optimiser.Stderr) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		again := slices.ContainsFunc(printed, func(p []byte) bool { return bytes.Equal(p, line) })
		if !again && !total.Match(line) {
			return true
		}
	}
	return len(optimiser.Stdout) > 0
}
