package reapi

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/action"
	"thinrex/go/reapi/cas"
	"thinrex/go/reapi/rpc"
)

// maxAttempts is how often one action is sent to be executed at most, for whatever
// reasons. A busy service that refuses it doesn't count.
const maxAttempts = 4

// failuresInARow is how many executions may fail, without one that succeeds, until
// no failed one is sent again: then it isn't a single worker that fails.
const failuresInARow = 100

// An executor is the execution service.
type executor struct {
	*services
	cache *cache
	stub  repb.ExecutionClient

	accepted atomic.Int64 // executions that the service has taken, and still tells us about
	failures atomic.Int64 // of executions in a row
}

func newExecutor(s *services, c *cache) *executor {
	return &executor{services: s, cache: c, stub: repb.NewExecutionClient(s.exec.Conn())}
}

// execute is Client.Execute.
func (e *executor) execute(ctx context.Context, a *action.Action) (*action.Result, error) {
	if _, err := e.execOffer(ctx); err != nil {
		return nil, err
	}
	for _, s := range []*rpc.Service{e.exec, e.cache.services.cache} {
		if err := s.Down(); err != nil {
			return nil, err
		}
	}
	ctx, cancel := rpc.EndWith(withAction(ctx, a), e.exec, e.cache.services.cache)
	defer cancel()
	x := &execution{
		executor:  e,
		action:    a,
		blobs:     actionBlobs(a),
		skipCache: e.cache.isMarkedBroken(a) || !e.opts.AcceptCached,
	}
	if err := e.cache.blobs.CheckHopeless(x.blobs); err != nil {
		return nil, err
	}
	return x.sendUntilDone(ctx)
}

// An execution is one action that is sent until it has a result, or nothing more
// can be done for it.
type execution struct {
	*executor
	action *action.Action
	blobs  []cas.Blob // what a worker needs

	attempts      int  // how often it was sent, and not refused by a busy service
	refusals      int  // by a busy service
	skipCache     bool // the service is not to use its Action Cache
	uploadedAgain bool // blobs that the service had lost
	mended        bool // damaged blobs were replaced
}

// sendUntilDone uploads what the action needs and sends the action, again until an
// attempt is conclusive.
func (x *execution) sendUntilDone(ctx context.Context) (*action.Result, error) {
	for {
		if err := x.cache.blobs.Upload(ctx, x.blobs); err != nil {
			return nil, err
		}
		sent := time.Now()
		r, err := x.attempt(ctx)
		if errors.Is(err, rpc.ErrBusy) { // it is sent again for as long as it takes
			if err := x.exec.PauseAfter(ctx, err, x.refusals); err != nil {
				return nil, err
			}
			x.refusals++
			continue
		}
		x.attempts++
		again, r, err := x.conclude(ctx, r, err, sent)
		if !again {
			return r, err
		}
	}
}

// conclude decides what follows from an attempt, which was sent at a time: the
// action's result or error, or another attempt.
func (x *execution) conclude(
	ctx context.Context, r *action.Result, err error, sent time.Time,
) (again bool, _ *action.Result, _ error) {
	if x.exec.IsRefused(rpc.Execute, err) { // to this user; the service may well serve as a cache
		x.exec.GiveUp(err)
		return false, nil, err
	}
	if !x.mended && (x.uploadedAgain || !isMissing(err)) && x.attempts < maxAttempts {
		replaced, err := x.mendInputs(ctx, r, err, sent)
		if err != nil {
			return false, nil, err
		}
		if replaced {
			x.mended = true
			x.skipCache = true // the cache may hold what the worker made of the damaged blobs
			return true, nil, nil
		}
	}
	if errors.Is(err, cas.ErrUnreadable) && x.skipCache {
		err = x.cache.services.cache.Failure("", fmt.Errorf("%w; workers don't replace it, a compilation here does,"+
			" as with --exec_strategy=remote_local_fallback", err))
	}
	if err == nil || x.attempts == maxAttempts || ctx.Err() != nil {
		return false, r, err
	}
	switch {
	case isBroken(err) && !x.skipCache:
		x.skipCache = true
		return true, nil, nil
	case isMissing(err) && x.uploadedAgain && !x.areOne():
		why := fmt.Errorf("%w; does it use the CAS of %s?", err, x.cache.services.cache.Address())
		err = x.exec.Failure(rpc.Execute, why)
		x.exec.GiveUp(err) // or the inputs of the other actions would be uploaded twice for nothing
		return false, nil, err
	case isMissing(err) && !x.uploadedAgain:
		x.uploadedAgain = true
		x.cache.blobs.Forget(x.blobs, sent)
		return true, nil, nil
	case errors.Is(err, errLost): // the execution may have ended all the same
		if r, err := x.cache.lookup(ctx, x.action); r != nil || err != nil {
			return false, r, err
		}
	case !isWorthAnotherAttempt(err) || x.failures.Load() > failuresInARow:
		return false, nil, err
	}
	if err := x.exec.PauseBefore(ctx, x.attempts-1); err != nil {
		return false, nil, err
	}
	return true, nil, nil
}

// attempt has the action executed once, and checks the result.
func (x *execution) attempt(ctx context.Context) (*action.Result, error) {
	lane, err := x.exec.EnterLane(ctx)
	if err != nil {
		return nil, err
	}
	op, err := x.callExecute(ctx)
	lane.Leave() // the download that follows, and the uploads before, need no worker
	if err != nil {
		return nil, err
	}
	r, err := x.cache.result(ctx, x.action, op.response.GetResult())
	if err != nil {
		return nil, err
	}
	r.Message, r.Cached = x.exec.Redact(op.response.GetMessage()), op.response.GetCachedResult()
	if x.skipCache {
		return r, nil
	}
	if r.Cached && r.ExitCode != 0 {
		r.Done()
		return nil, fmt.Errorf("%w: a cached failure", errBroken)
	}
	if err := x.action.Check(r); r.ExitCode == 0 && err != nil {
		r.Done()
		return nil, fmt.Errorf("%w: %w", errBroken, err)
	}
	return r, nil
}

// callExecute makes the call of an attempt. An error that is rpc.ErrBusy says that
// the action is to be sent again later. A service that has been busy for as long
// as an execution may take, and has served none meanwhile, is given up.
func (x *execution) callExecute(ctx context.Context) (*operation, error) {
	sent := time.Now()
	op, err := x.follow(ctx, x.action, x.skipCache)
	if err == nil {
		err = op.failure()
	}
	switch {
	case err == nil:
		x.failures.Store(0)
		x.exec.Served()
	case errors.Is(err, errFailedExecution):
		x.failures.Add(1)
	case errors.Is(err, rpc.ErrBusy) && rpc.IsBusy(err):
		if x.exec.Refused(sent) > x.opts.ExecutionTimeout && x.accepted.Load() == 0 {
			x.exec.GiveUp(err)
		}
	}
	return op, err
}
