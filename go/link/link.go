// Package link conducts one dist-file: it looks all jobs up, runs the misses,
// checks and stores what they gave, and writes the linker's outputs.
//
// It decides what happens in which order and what a failure means. How an
// action is keyed, stored or run is the business of the packages it calls.
package link

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/distfile"
	"thinrex/go/execute"
	"thinrex/go/filedigest"
	"thinrex/go/report"
	"thinrex/go/toolchain"
)

// A Cache keeps results of actions. Lookup returns nil for a miss. Results
// are verified against their digests; whether they make sense is checked
// here.
type Cache interface {
	Lookup(context.Context, *action.Action) (*action.Result, error)
	Store(context.Context, *action.Action, *action.Result) error
}

// Options say how a link is to be conducted.
type Options struct {
	Cache       Cache // nil for none
	Files       *filedigest.Cache
	Slots       *execute.Slots
	StateDir    string            // "" for none
	SandboxBase string            // where private directories are made; "" for the default
	Env         map[string]string // the compiler's whole environment
	ExtraInputs []string
	Compiler    string // canonical argument 0; "" to take it from the compiler's version
	Timeout     time.Duration
	KeepGoing   bool
	Terminal    *report.Terminal
	Started     time.Time // when the program started
}

// ErrCompilation says that a compiler failed; the terminal has been told.
var ErrCompilation = errors.New("a backend compilation failed")

// An EnvironmentError says that this machine couldn't do it: no compiler, no
// space, no folder to write to. An error of any other kind, but for
// ErrCompilation and the context's, is bad input.
type EnvironmentError struct{ Err error }

func (e *EnvironmentError) Error() string { return e.Err.Error() }
func (e *EnvironmentError) Unwrap() error { return e.Err }

// A conductor is one link in progress.
type conductor struct {
	Options
	file     *distfile.File
	compiler *toolchain.Toolchain
	builder  *action.Builder
	outputs  outputFiles
	local    localRunner
	hint     sync.Once

	mu      sync.Mutex
	summary report.Summary
	broken  bool // the cache can't be written; it isn't asked to store any more
}

// Run conducts the link that f describes. When it fails, none of the outputs
// is left.
func Run(ctx context.Context, f *distfile.File, o Options) (report.Summary, error) {
	c := &conductor{Options: o, file: f}
	c.summary = report.Summary{LinkerOutput: f.Common.LinkerOutput, Jobs: len(f.Jobs)}
	err := c.run(ctx)
	err = errors.Join(err, c.local.close())
	if err != nil {
		err = errors.Join(err, c.outputs.removeAll())
		c.summary.Error = err.Error()
	}
	c.summary.WallSeconds = c.sinceStart()
	return c.summary, err
}

func (c *conductor) run(ctx context.Context) error {
	if len(c.file.Jobs) == 0 {
		return nil
	}
	if err := c.prepare(ctx); err != nil {
		return err
	}
	c.summary.SetupSeconds = c.sinceStart()
	pending, err := c.lookupAll(ctx)
	c.summary.LookupSeconds = c.sinceStart()
	if err != nil {
		return err
	}
	return c.executeAll(ctx, pending)
}

// prepare finds the compiler and reads the jobs' common part.
func (c *conductor) prepare(ctx context.Context) error {
	var err error
	c.compiler, err = toolchain.Resolve(ctx, c.file.Common.Compiler(), toolchain.Options{
		Dir: ".", Args: c.file.Common.Args[1:], Env: execute.Environ(c.Env), Files: c.Files, StateDir: c.StateDir,
	})
	if err != nil {
		return &EnvironmentError{err}
	}
	name := c.Compiler
	if name == "" {
		name = "/usr/bin/" + c.compiler.Name
	}
	c.builder, err = action.NewBuilder(c.file.Common, action.Options{
		Files: c.Files, Identity: c.compiler.Identity, Launch: []string{name}, Env: c.Env,
		ExtraInputs: c.ExtraInputs, Timeout: c.Timeout,
	})
	var uncacheable *action.Uncacheable
	if errors.As(err, &uncacheable) {
		c.builder = nil // all jobs run as they are
		c.warnUncached(uncacheable)
		return nil
	}
	return err
}

func (c *conductor) warnUncached(why *action.Uncacheable) {
	c.Terminal.WarnOnce(why.Cause, "%s: compiled here and not cached", why.Reason)
}

// lookupAll writes the outputs of all hits and returns the other jobs.
func (c *conductor) lookupAll(ctx context.Context) ([]*task, error) {
	var mu sync.Mutex
	tasks := newTasks()
	g, groupCtx := errgroup.WithContext(ctx)
	// Some more than there are cores: lookups wait for the disk.
	g.SetLimit(4 * runtime.GOMAXPROCS(0))
	for i, job := range c.file.Jobs {
		if groupCtx.Err() != nil {
			break
		}
		g.Go(func() error {
			action, hit, err := c.lookup(groupCtx, job)
			if err != nil || hit {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			tasks.add(i, job, action)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return tasks.inOrder(), ctx.Err()
}

// lookup returns the digest of the job's action, zero when it can't have one,
// and whether a cached result has been written.
func (c *conductor) lookup(ctx context.Context, job distfile.Job) (key digest.Digest, hit bool, err error) {
	if c.builder == nil {
		return key, false, nil
	}
	a, err := c.builder.Build(job)
	var uncacheable *action.Uncacheable
	if errors.As(err, &uncacheable) {
		c.warnUncached(uncacheable)
		return key, false, nil
	}
	if err != nil {
		return key, false, err
	}
	if c.Cache == nil {
		return a.Digest, false, nil
	}
	r, err := c.Cache.Lookup(ctx, a)
	if err != nil {
		if ctx.Err() != nil {
			return key, false, ctx.Err()
		}
		c.cacheFailed("read", err)
		return a.Digest, false, nil
	}
	if r == nil || failureOf(a, r) != nil {
		return a.Digest, false, nil
	}
	if err := c.deliver(a, r); err != nil {
		return key, false, err
	}
	c.count(func(s *report.Summary) { s.Hits++ })
	return a.Digest, true, nil
}

// deliver writes the outputs of an action and repeats the compiler's words.
func (c *conductor) deliver(a *action.Action, r *action.Result) error {
	for _, out := range a.Outputs {
		data, ok := r.Output(out.Name)
		if !ok {
			continue
		}
		if err := c.outputs.write(out, data); err != nil {
			return err
		}
	}
	c.Terminal.Words(r.Stdout)
	c.Terminal.Words(r.Stderr)
	return nil
}

// cacheFailed warns once; the link goes on.
func (c *conductor) cacheFailed(verb string, err error) {
	c.Terminal.WarnOnce("cache", "can't %s the cache, going on without: %v", verb, err)
}

func (c *conductor) count(change func(*report.Summary)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.summary)
}

func (c *conductor) sinceStart() float64 { return report.Seconds(time.Since(c.Started)) }
