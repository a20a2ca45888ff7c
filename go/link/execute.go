package link

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"thinrex/go/action"
	"thinrex/go/digest"
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
		c.Terminal.Progress(c.done(), len(c.file.Jobs), t.jobs[0].Module())
		g.Go(func() error {
			defer release()
			return c.execute(groupCtx, t)
		})
	}
	err := g.Wait()
	for _, t := range pending[started:] {
		c.count(func(s *report.Summary) { s.Skipped += len(t.jobs) })
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
	if t.action == (digest.Digest{}) {
		return c.executeAsIs(ctx, t.jobs)
	}
	actions, r, err := c.executeActions(ctx, t)
	switch {
	case errors.Is(err, errInputChanged):
		// What we would run is no longer what the key says: let the compiler
		// have the files as they are now.
		c.warnUnstored(t.jobs[0], err)
		return c.executeAsIs(ctx, t.jobs)
	case errors.Is(err, errOtherFiles):
		// Not all that it writes would be kept: let it write where it wants.
		c.Terminal.WarnOnce("other files", "%v: compiled here and not cached", err)
		return c.executeAsIs(ctx, t.jobs)
	case err != nil:
		return err
	}
	if failure := failureOf(actions[0], r); failure != nil {
		c.reportFailure(t.jobs, failure, r, actions[0].Inputs)
		return nil
	}
	uncached := !c.store(ctx, actions, r)
	for _, a := range actions {
		if err := c.deliver(a, r); err != nil {
			return err
		}
	}
	c.count(func(s *report.Summary) {
		s.Local++
		s.Hits += len(actions) - 1
		if uncached {
			s.Uncached++
		}
	})
	return nil
}

// executeActions makes the task's actions anew and runs the first one.
func (c *conductor) executeActions(ctx context.Context, t *task) ([]*action.Action, *action.Result, error) {
	var actions []*action.Action
	for _, job := range t.jobs {
		a, err := c.builder.Build(job)
		if err != nil || a.Digest != t.action {
			return nil, nil, fmt.Errorf("a shard or an input %w", errInputChanged)
		}
		actions = append(actions, a)
	}
	r, err := c.local.execute(ctx, actions[0])
	return actions, r, err
}

// store keeps a sound result, unless an input has changed meanwhile: the
// digests in the key may then be another moment's. It reports whether the
// result is stored.
func (c *conductor) store(ctx context.Context, actions []*action.Action, r *action.Result) bool {
	for _, a := range actions {
		if path := a.InputsChanged(); path != "" {
			c.warnUnstored(a.Job, fmt.Errorf("%s %w", path, errInputChanged))
			return false
		}
	}
	c.mu.Lock()
	skip := c.Cache == nil || c.broken
	c.mu.Unlock()
	if skip {
		return false
	}
	if err := c.Cache.Store(ctx, actions[0], r); err != nil {
		if ctx.Err() == nil {
			c.mu.Lock()
			c.broken = true
			c.mu.Unlock()
			c.cacheFailed("write to", err)
		}
		return false
	}
	return true
}

func (c *conductor) warnUnstored(job distfile.Job, err error) {
	c.Terminal.Print("warning: %v; the result for %s is used but not stored", err, job.Module())
}

// executeAsIs runs jobs as the linker wrote them, in its directory.
func (c *conductor) executeAsIs(ctx context.Context, jobs []distfile.Job) error {
	for _, job := range jobs {
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
			c.reportFailure([]distfile.Job{job}, failure, r, nil)
			continue
		}
		c.Terminal.Words(r.Stdout)
		c.Terminal.Words(r.Stderr)
		c.count(func(s *report.Summary) { s.Local++; s.Uncached++ })
	}
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

// reportFailure prints the compiler's words as they are, then which files the
// canonical names in them stand for.
func (c *conductor) reportFailure(jobs []distfile.Job, failure error, r *action.Result, inputs []action.Input) {
	c.Terminal.Words(r.Stdout)
	c.Terminal.Words(r.Stderr)
	for _, in := range inputs {
		if bytes.Contains(r.Stderr, []byte(in.Name)) {
			c.Terminal.Print("%s is %s", in.Name, in.File.Path)
		}
	}
	for _, job := range jobs {
		c.Terminal.Print("backend compilation of %s failed (%v)", job.Module(), failure)
	}
	c.count(func(s *report.Summary) { s.Failed += len(jobs) })
	c.hint.Do(func() {
		c.Terminal.Print("hint: to see it again, link with lld's --save-temps (lld-link: /lldsavetemps), which keeps the job's files,"+
			" and run the command that is then printed here:\n  %s",
			shellCommand(c.compiler.Path, c.file.Common.Args[1:], jobs[0].Args))
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
