package link

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"thinrex/go/action"
	"thinrex/go/link/distfile"
	"thinrex/go/report"
)

// A plan decides what becomes of each job: it makes the job's action and looks its
// result up. A hit is delivered at once, a job that is equal to another one is left
// to the other one's task, and a miss is queued.
type plan struct {
	options  Options
	jobs     []distfile.Job
	actions  *actions
	disk     *cache
	remote   *cache
	helper   *helper
	delivery *delivery
	queues   *queues
	tally    *tally
}

// lookupAll delivers all hits and queues the other jobs.
func (p *plan) lookupAll(ctx context.Context) error {
	defer p.queues.close()
	g, groupCtx := errgroup.WithContext(ctx)
	g.SetLimit(cap(p.actions.turns))
	if p.options.Remote != nil {
		g.SetLimit(RemoteLookups)
	}
	for _, job := range p.jobs {
		if groupCtx.Err() != nil {
			break
		}
		g.Go(func() error { return p.lookup(groupCtx, job) })
	}
	err := g.Wait()
	p.tally.count(func(s *report.Summary) { s.LookupSeconds = p.tally.sinceStart() })
	if err != nil {
		return err
	}
	return ctx.Err()
}

// lookup decides on one job.
func (p *plan) lookup(ctx context.Context, job distfile.Job) error {
	if p.actions.builder == nil {
		p.queues.push(asTheLinkerWrote(job))
		return nil
	}
	t, r, err := p.lookupHere(ctx, job)
	if uncacheable, ok := errors.AsType[*action.Uncacheable](err); ok {
		warnUncached(p.options.Terminal, uncacheable)
		p.queues.push(asTheLinkerWrote(job))
		return nil
	}
	if err != nil || t == nil {
		return err
	}
	if r == nil && p.options.Remote != nil {
		var here bool
		r, here, err = p.helper.while(ctx, t, func(ctx context.Context) (*action.Result, error) {
			return p.lookupRemotely(ctx, t.action)
		})
		if here {
			return p.delivery.complete(ctx, t, r, err)
		}
		if err != nil && !errors.Is(err, errReadsMore) {
			return err
		}
	}
	switch {
	case r != nil:
		return p.delivery.hit(ctx, t, r)
	case p.actions.readsMore(t.action):
		return p.lookupAgain(ctx, t)
	}
	p.queue(t)
	return nil
}

// lookupHere makes the job's task and looks its action up on this machine. The task
// is nil if an equal job has one.
func (p *plan) lookupHere(ctx context.Context, job distfile.Job) (t *task, r *action.Result, err error) {
	p.actions.turns.do(func() {
		var a *action.Action
		if a, err = p.actions.builder.Build(job); err != nil {
			return
		}
		if a.Unstable != nil {
			p.tally.count(func(s *report.Summary) { s.ShardsNotRenumbered++ })
			p.options.Terminal.Verbose("%s: its summary index keeps the numbers that lld gave it, "+
				"so that an equal job may miss: %v", job.Module(), a.Unstable)
		}
		if t = p.actions.joining.begin(job, a); t != nil {
			r, err = p.disk.lookup(ctx, a)
		}
	})
	return t, r, err
}

// lookupRemotely looks an action up in the remote cache. What is found there is
// stored on this machine, too.
func (p *plan) lookupRemotely(ctx context.Context, a *action.Action) (*action.Result, error) {
	r, err := p.remote.lookup(ctx, a)
	if r != nil {
		p.tally.count(func(s *report.Summary) { s.RemoteHits++ })
		p.disk.store(ctx, a, r)
	}
	return r, err
}

// lookupAgain decides on the jobs of a task whose actions are now other ones: its
// module's assembly names files, which are known only now.
func (p *plan) lookupAgain(ctx context.Context, t *task) error {
	for _, job := range p.actions.joining.settleAll(t) {
		if err := p.lookup(ctx, job); err != nil {
			return err
		}
	}
	return nil
}

// queue queues a task that missed.
func (p *plan) queue(t *task) {
	if t.here = t.action.Here; t.here {
		p.options.Terminal.Verbose("%s is compiled here: its assembly reads a file by an absolute name", t.first.Module())
	}
	p.actions.keep(t)
	p.queues.push(t)
}
