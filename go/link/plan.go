package link

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"thinrex/go/action"
	"thinrex/go/host"
	"thinrex/go/link/distfile"
	"thinrex/go/report"
)

// A plan decides what becomes of each job: it makes the job's action and looks its result
// up. A hit is delivered at once. A job with the same action as a task that isn't done
// joins that task. A miss is queued, first to have its imports cut if that is possible.
type plan struct {
	options  Options
	jobs     []distfile.Job
	actions  *actions
	disk     *cache
	remote   *cache
	helper   *helper
	delivery *delivery
	queues   *queues
	uncut    *queue      // of tasks that missed and may read slices
	cutSlots *host.Slots // of tasks whose imports are cut at once
	verifier *verifier
	tally    *tally
}

// decideAll delivers all hits and queues the other jobs. Imports are cut while the first
// compilations run and, if a service compiles, while other jobs are looked up.
func (p *plan) decideAll(ctx context.Context) error {
	defer p.queues.close()
	stages, stagesCtx := errgroup.WithContext(ctx)
	stages.Go(func() error { return p.cutAll(stagesCtx) })
	stages.Go(func() error { return p.lookupAll(stagesCtx) })
	return stages.Wait()
}

// lookupAll looks all jobs up.
func (p *plan) lookupAll(ctx context.Context) error {
	defer p.uncut.close()
	defer p.queues.lookedUp()
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
	p.tally.journal.begin(job)
	if p.actions.builder == nil {
		p.queues.here.push(asTheLinkerWrote(job))
		return nil
	}
	t, r, err := p.lookupHere(ctx, job)
	if uncacheable, ok := errors.AsType[*action.Uncacheable](err); ok {
		if err := p.options.runUncached(uncacheable); err != nil {
			return err
		}
		p.tally.journal.uncached(job, uncacheable.Reason)
		p.queues.here.push(asTheLinkerWrote(job))
		return nil
	}
	if err != nil || t == nil {
		return err
	}
	if r == nil {
		r, err = p.lookupThere(ctx, t)
	}
	p.tally.journal.lookedUp(job)
	switch {
	case err == nil && p.verifier.choose(t, r):
		p.queues.here.push(p.actions.keep(t))
	case err != nil && !errors.Is(err, errReadsMore), r != nil:
		return p.delivery.complete(ctx, t, r, err)
	case p.actions.readsMore(t.action):
		return p.lookupAgain(ctx, t)
	case t.action.Here:
		p.options.Terminal.Verbose("%s is compiled here: its assembly reads a file by an absolute name", job.Module())
		p.queues.here.push(p.actions.keep(t))
	case p.actions.slicing != nil:
		p.uncut.push(p.actions.keep(t))
	default:
		p.queues.there.push(p.actions.keep(t))
	}
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
		p.tally.journal.reads(job, a)
		if p.options.KeepInputs {
			p.disk.keepInputs(a)
		}
		if t = p.actions.joining.begin(job, a); t != nil {
			r, err = p.disk.lookup(ctx, a)
		}
	})
	return t, r, err
}

// lookupThere asks the remote cache for the result of a task's action.
func (p *plan) lookupThere(ctx context.Context, t *task) (*action.Result, error) {
	if p.options.Remote == nil {
		return nil, nil
	}
	service := watched{helper: p.helper, task: t, serve: p.remote.lookup, helped: func() {}}
	return service.Execute(ctx, t.action)
}

// lookupAgain decides once more on the jobs of a task. Its module's assembly includes
// files, which are known only now, so the jobs have new actions that name these files.
func (p *plan) lookupAgain(ctx context.Context, t *task) error {
	for _, job := range p.actions.joining.settleAll(t) {
		if err := p.lookup(ctx, job); err != nil {
			return err
		}
	}
	return nil
}
