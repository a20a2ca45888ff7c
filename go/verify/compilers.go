package verify

import (
	"context"
	"slices"
	"strings"
	"sync"

	"thinrex/go/clang"
	"thinrex/go/host/filedigest"
	"thinrex/go/link/canon"
	"thinrex/go/replay"
)

// Compilers finds the compiler of an action on this machine.
type Compilers struct {
	Given    []string // paths or names; an action's own path is tried, too, unless Only is set
	Only     bool
	Files    *filedigest.Cache
	StateDir string

	mu    sync.Mutex
	known map[string]*clang.Compiler // by path and environment; nil for one that can't be used
}

// find returns the path of the compiler whose identity an action's key has; "" if there is
// none here.
func (c *Compilers) find(ctx context.Context, r *replay.Recipe) (string, error) {
	candidates := c.Given
	if !c.Only && !r.BringsCompiler() {
		candidates = append([]string{r.Args[0]}, candidates...)
	}
	for _, path := range candidates {
		compiler, err := c.resolve(ctx, path, r)
		if err != nil {
			return "", err
		}
		if compiler != nil && isOf(compiler, r) {
			return compiler.Path, nil
		}
	}
	return "", nil
}

// isOf reports whether an action's key names a compiler or, if the action brings its own,
// this machine's processor.
func isOf(c *clang.Compiler, r *replay.Recipe) bool {
	if r.BringsCompiler() {
		return r.Salt == canon.Salt("processor "+c.Processor)
	}
	return r.Salt == canon.Salt(c.Identity)
}

// commonArgs are those that all jobs of the link have, on which the identity of a launcher
// depends. The job's own begin with its module: see link/canon.
func commonArgs(r *replay.Recipe) []string {
	args := r.Args[1:]
	if i := slices.Index(args, "m.o"); i >= 0 {
		args = args[:i]
	}
	return args
}

// resolve returns nil for a compiler that isn't here. The error is that of ctx.
func (c *Compilers) resolve(ctx context.Context, path string, r *replay.Recipe) (*clang.Compiler, error) {
	var env []string
	for _, v := range r.Env {
		env = append(env, v.Name+"="+v.Value)
	}
	slices.Sort(env)
	key := path + "\x00" + strings.Join(env, "\x00")
	c.mu.Lock()
	defer c.mu.Unlock()
	if compiler, ok := c.known[key]; ok {
		return compiler, nil
	}
	compiler, err := clang.Resolve(ctx, path, clang.ResolveOptions{
		Dir:      ".",
		Args:     commonArgs(r),
		Env:      env,
		Files:    c.Files,
		StateDir: c.StateDir,
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		compiler = nil
	}
	if c.known == nil {
		c.known = map[string]*clang.Compiler{}
	}
	c.known[key] = compiler
	return compiler, nil
}
