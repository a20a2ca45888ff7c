package link

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"thinrex/go/action"
	"thinrex/go/distfile"
	"thinrex/go/report"
)

// executeAll runs the tasks. After a failed compilation no further one is
// started, unless --keep_going was given; those that run are let finish.
func (c *conductor) executeAll(ctx context.Context, pending []*task) error {
	if len(pending) == 0 {
		return nil
	}
	if err := c.local.open(c); err != nil {
		return &EnvironmentError{fmt.Errorf("make a private directory: %w", err)}
	}
	defer c.Terminal.Done()
	g, groupCtx := errgroup.WithContext(ctx)
	started := 0
	for _, t := range pending {
		release, err := c.Slots.Acquire(groupCtx)
		if err != nil {
			break // g.Wait knows why
		}
		if c.stopped() {
			release()
			break
		}
		started++
		c.Terminal.Progress(c.done(), len(c.file.Jobs), t.job.Module())
		g.Go(func() error {
			defer release()
			return c.execute(groupCtx, t)
		})
	}
	err := g.Wait()
	for _, t := range pending[started:] {
		c.count(func(s *report.Summary) { s.Skipped += max(1, len(t.actions)) })
	}
	return c.verdict(ctx, err)
}

func (c *conductor) verdict(ctx context.Context, err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err != nil:
		return err
	case c.summary.Failed > 0:
		return ErrCompilation
	case c.summary.Skipped > 0:
		return ctx.Err()
	}
	return nil
}

func (c *conductor) stopped() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.summary.Failed > 0 && !c.KeepGoing
}

func (c *conductor) done() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.summary.Hits + c.summary.Local + c.summary.Failed
}

// execute runs one task. The error ends the link; a failed compilation is
// reported and counted instead.
func (c *conductor) execute(ctx context.Context, t *task) error {
	if len(t.actions) == 0 {
		return c.executeAsIs(ctx, t.job)
	}
	first := t.actions[0]
	r, err := c.local.execute(ctx, first)
	if errors.Is(err, errInputChanged) {
		// What we would run is no longer what the linker asked for by that
		// key. Let the compiler have the files as they are now.
		c.warnChanged(t.job, err)
		return c.executeAsIs(ctx, t.job)
	}
	if err != nil {
		return err
	}
	if failure := failureOf(first, r); failure != nil {
		c.reportFailure(t.job, failure, r)
		return nil
	}
	uncached := !c.store(ctx, t, r)
	for _, a := range t.actions {
		if err := c.deliver(a, r); err != nil {
			return err
		}
	}
	c.count(func(s *report.Summary) {
		s.Local++
		s.Hits += len(t.actions) - 1
		if uncached {
			s.Uncached++
		}
	})
	return nil
}

// store keeps a sound result, unless an input has changed meanwhile: the
// digests in the key may then be another moment's. It reports whether the
// result is stored.
func (c *conductor) store(ctx context.Context, t *task, r *action.Result) bool {
	for _, a := range t.actions {
		if path := a.InputsChanged(); path != "" {
			c.warnChanged(t.job, fmt.Errorf("%s %w", path, errInputChanged))
			return false
		}
	}
	c.mu.Lock()
	skip := c.Cache == nil || c.broken
	c.mu.Unlock()
	if skip {
		return false
	}
	if err := c.Cache.Store(ctx, t.actions[0], r); err != nil {
		if ctx.Err() == nil {
			c.cacheFailed("write to", err)
		}
		return false
	}
	return true
}

func (c *conductor) warnChanged(job distfile.Job, err error) {
	c.Terminal.Print("warning: %v; the result for %s is used but not stored", err, job.Module())
}

// executeAsIs runs a job as the linker wrote it, in its directory.
func (c *conductor) executeAsIs(ctx context.Context, job distfile.Job) error {
	r, err := c.local.executeAsIs(ctx, c.file.Common.Args[1:], job)
	for _, path := range job.Outputs {
		c.outputs.adopt(path)
	}
	if err != nil {
		return err
	}
	failure := exitFailure(r)
	if failure == nil {
		failure = checkFile(job.Outputs[0])
	}
	if failure != nil {
		c.reportFailure(job, failure, r)
		return nil
	}
	c.Terminal.Words(r.Stdout)
	c.Terminal.Words(r.Stderr)
	c.count(func(s *report.Summary) { s.Local++; s.Uncached++ })
	return nil
}

// failureOf says why a result can't be used, or nil.
func failureOf(a *action.Action, r *action.Result) error {
	if err := exitFailure(r); err != nil {
		return err
	}
	return a.Check(r)
}

func exitFailure(r *action.Result) error {
	switch {
	case r.Signal != "":
		return fmt.Errorf("signal: %s", r.Signal)
	case r.ExitCode != 0:
		return fmt.Errorf("exit status %d", r.ExitCode)
	}
	return nil
}

func (c *conductor) reportFailure(job distfile.Job, failure error, r *action.Result) {
	c.Terminal.Words(r.Stdout)
	c.Terminal.Words(r.Stderr)
	c.Terminal.Print("backend compilation of %s failed (%v)", job.Module(), failure)
	c.count(func(s *report.Summary) { s.Failed++ })
	c.hint.Do(func() {
		c.Terminal.Print("hint: to see it again, link with -Wl,--save-temps, which keeps the job's files, and run\n  %s",
			shellCommand(c.compiler.Path, c.file.Common.Args[1:], job.Args))
	})
}

// shellCommand returns a command line that a shell would take.
func shellCommand(program string, args ...[]string) string {
	words := []string{program}
	for _, list := range args {
		words = append(words, list...)
	}
	for i, w := range words {
		if strings.ContainsAny(w, " \t\n\"'\\$`()&;|<>*?[]#~!{}") || w == "" {
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}
