package link

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"thinrex/go/action"
)

// A doubt is what a link knows of its workers' exit codes. A broken worker (no
// space, another compiler, a missing library) looks like an error in the
// source. So under --exec_strategy=remote_local_fallback the first job that
// fails on a worker runs here as well. If it fails, too, the error is real. If
// it succeeds, a worker is broken, and each later failure is checked like that.
type doubt struct {
	turn    chan struct{} // held by the job that is checked, while the others wait
	checked bool
	broken  bool
}

// finishFailed ends a task whose compiler failed on a worker.
func (c *conductor) finishFailed(ctx context.Context, t *task, a *action.Action, r *action.Result) error {
	defer r.Done()
	select {
	case c.doubt.turn <- struct{}{}:
	case <-ctx.Done():
		if !errors.Is(context.Cause(ctx), ErrCompilation) {
			return ctx.Err()
		}
		_, err := c.finish(ctx, t, a, r, onAWorker) // to be counted with the one that was checked
		return err
	}
	if !c.doubt.checked {
		defer func() { <-c.doubt.turn }()
		return c.inSlot(ctx, func() error { return c.check(ctx, t, a, r) })
	}
	broken := c.doubt.broken
	<-c.doubt.turn
	if broken {
		return c.executeInstead(ctx, t, c.brokenWorker(a, r))
	}
	_, err := c.finish(ctx, t, a, r, onAWorker)
	return err
}

// check runs here what failed on a worker, in a slot of this machine.
func (c *conductor) check(ctx context.Context, t *task, a *action.Action, there *action.Result) error {
	here, err := c.local.execute(ctx, a)
	if err != nil {
		return c.makeDo(ctx, t, err)
	}
	c.doubt.checked, c.doubt.broken = true, failureOf(a, here) == nil
	if c.doubt.broken {
		c.fellBack(t, c.brokenWorker(a, there))
	} else {
		// The compiler may name itself in another way there (clang-22, not clang).
		c.markPrinted(failed{result: there})
	}
	return c.finishHere(ctx, t, a, here)
}

// brokenWorker says of a job that failed on a worker alone what is wrong.
func (c *conductor) brokenWorker(a *action.Action, r *action.Result) error {
	reason := "the worker is broken or has another compiler"
	if versions := olderCompiler(r.Stderr); versions != "" {
		reason = versions
	}
	return fmt.Errorf("%s fails on a worker of %s (%w) and compiles here: %s; %s; it printed: %s",
		a.Subject, c.Remote.Executor(), exitFailure(r), reason, otherWorkerCompiler, firstLine(a.OriginalNames(r.Stderr)))
}

// firstLine returns the beginning of what a program printed, fit for a
// terminal.
func firstLine(text []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	line = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, line)
	const most = 200
	if runes := []rune(line); len(runes) > most {
		line = string(runes[:most]) + "…"
	}
	return line
}
