package reapi

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/action"
)

// executions is how often one action is sent to be executed at most, for
// whatever reasons.
const executions = 4

// failuresInARow is how many executions may fail, without one that succeeds,
// until none is sent again: then it isn't a single worker that fails.
const failuresInARow = 100

var (
	// errLost says that the service knows no more of an execution.
	errLost = errors.New("the service has lost the execution")
	// errOnlyQueued says that no worker has taken an action.
	errOnlyQueued = errors.New("no worker has taken it")
	// errStuck says that an execution takes longer than its timeout lets it.
	errStuck = errors.New("the execution is stuck: the service doesn't end it")
)

// Execute has an action executed, or takes the result that the service has
// of it; the caller says when it is done with it. The result may be a failure
// of the compiler; an error is one of the service, of the way to it, or wraps
// action.ErrInputChanged.
//
// What the service has lost is uploaded again, once. A result that isn't one
// (blobs gone, an empty object) is made anew past the Action Cache, once.
func (c *Client) Execute(ctx context.Context, a *action.Action) (*action.Result, error) {
	if _, err := c.execOffer(ctx); err != nil {
		return nil, err
	}
	if err := c.Down(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(withAction(ctx, a))
	defer cancel(nil)
	for _, s := range []*service{c.exec, c.cache} {
		defer context.AfterFunc(s.ctx, func() { cancel(context.Cause(s.ctx)) })()
	}
	blobs := blobsOf(a)
	skipCache := c.isBroken(a) || !c.opts.AcceptCached
	uploadedAgain, mended, refused := false, false, 0
	if err := c.beyondHope(blobs); err != nil {
		return nil, err
	}
	for attempt := 0; ; attempt++ {
		if err := c.uploads.upload(ctx, blobs); err != nil {
			return nil, err
		}
		sent := time.Now()
		r, err := c.executeOnce(ctx, a, skipCache)
		if errors.Is(err, errBusy) { // for as long as it takes
			if err := c.exec.sleep(ctx, pauseAfter(err, refused)); err != nil {
				return nil, err
			}
			refused++
			attempt--
			continue
		}
		if c.isRefused(err) {
			c.exec.giveUp(err)
			return nil, err
		}
		if !mended && (uploadedAgain || !isMissing(err)) && attempt+1 < executions {
			var mendErr error
			switch mended, mendErr = c.mendInputs(ctx, a, r, err, sent); {
			case mendErr != nil:
				return nil, mendErr
			case mended:
				skipCache = true // what the worker made of the damaged ones may be there
				continue
			}
		}
		if errors.Is(err, errUnreadable) && skipCache {
			err = c.cache.failure("", fmt.Errorf("%w; workers don't replace it, a compilation here does,"+
				" as with --exec_strategy=remote_local_fallback", err))
		}
		if err == nil || attempt+1 == executions || ctx.Err() != nil {
			return r, err
		}
		switch {
		case isBroken(err) && !skipCache:
			skipCache = true
			continue
		case isMissing(err) && uploadedAgain && !c.together():
			err = c.exec.failure("Execute", fmt.Errorf("%w; does it work on the CAS of %s?", err, c.cache.text))
			c.exec.giveUp(err) // the other actions would be uploaded twice in vain
			return nil, err
		case isMissing(err) && !uploadedAgain:
			uploadedAgain = true
			c.uploads.forget(blobs, sent)
			continue
		case errors.Is(err, errLost): // it may have ended all the same
			if r, err := c.Lookup(ctx, a); r != nil || err != nil {
				return r, err
			}
		case !mayExecute(err) || c.failures.Load() > failuresInARow:
			return nil, err
		}
		if err := c.exec.sleep(ctx, pauseBefore(attempt)); err != nil {
			return nil, err
		}
	}
}

// isRefused reports whether the service lets us execute nothing. It may well
// serve as a cache.
func (c *Client) isRefused(err error) bool {
	var failed *callError
	return errors.As(err, &failed) && failed.method == "Execute" && isRefusal(err) && c.exec.lastSuccess("Execute").IsZero()
}

// blobsOf returns what a service needs to execute an action.
func blobsOf(a *action.Action) []Blob {
	blobs := commandBlobs(a)
	for d, data := range a.Directories {
		blobs = append(blobs, Blob{Digest: d, Data: data})
	}
	for _, in := range a.Inputs {
		blobs = append(blobs, inputBlob(in))
	}
	for _, in := range a.Tools {
		blobs = append(blobs, inputBlob(in))
	}
	return blobs
}

// commandBlobs returns the action and its command.
func commandBlobs(a *action.Action) []Blob {
	return []Blob{{Digest: a.Digest, Data: a.Action}, {Digest: a.CommandDigest, Data: a.Command}}
}

// mayExecute reports whether another worker, or the same one a little later,
// may execute what one could not. One that had its time won't, what waited
// for a worker in vain would only wait again, and who cancelled it there knows
// why.
func mayExecute(err error) bool {
	return errors.Is(err, errFailedExecution) && isTransient(err) &&
		status.Code(err) != codes.DeadlineExceeded && status.Code(err) != codes.Canceled && !errors.Is(err, errOnlyQueued)
}

// errFailedExecution says that the service answered, but couldn't execute.
var errFailedExecution = errors.New("not executed")

// isMissing reports whether an execution failed for want of a blob. Services
// that lack the action itself refuse the call (Buildbarn); there is one that
// says UNKNOWN of an execution (mettle).
func isMissing(err error) bool {
	var failed *callError
	if !errors.As(err, &failed) || failed.method != "Execute" {
		return false
	}
	switch status.Code(err) {
	case codes.FailedPrecondition, codes.NotFound:
		return true
	case codes.Unknown:
		return errors.Is(err, errFailedExecution)
	}
	return false
}

func (c *Client) executeOnce(ctx context.Context, a *action.Action, skipCache bool) (*action.Result, error) {
	leave, err := c.exec.lanes.enter(ctx)
	if err != nil {
		return nil, err
	}
	w, err := c.execution(ctx, a, skipCache)
	leave() // what comes after it, and the uploads before, need no worker
	if err != nil {
		return nil, err
	}
	r, err := c.result(ctx, a, w.response.GetResult())
	if err != nil {
		return nil, err
	}
	r.Message, r.Cached = c.exec.clean(w.response.GetMessage()), w.response.GetCachedResult()
	if skipCache {
		return r, nil
	}
	if r.Cached && r.ExitCode != 0 {
		r.Done()
		return nil, fmt.Errorf("%w: a cached failure", errBroken)
	}
	if err := a.Check(r); r.ExitCode == 0 && err != nil {
		r.Done()
		return nil, fmt.Errorf("%w: %w", errBroken, err)
	}
	return r, nil
}

// execution has an action executed, in a lane. An error that is errBusy says
// that the service is to be asked again later; one that has been busy for as
// long as it may take for an execution, and has served none, is given up.
func (c *Client) execution(ctx context.Context, a *action.Action, skipCache bool) (*waiting, error) {
	sent := time.Now()
	w, err := c.await(ctx, a, skipCache)
	if err == nil {
		err = w.failure()
	}
	switch {
	case err == nil:
		c.failures.Store(0)
		c.exec.lanes.served()
	case errors.Is(err, errFailedExecution):
		c.failures.Add(1)
	case errors.Is(err, errBusy) && isBusy(err):
		c.exec.slowDown("Execute", sent)
		if c.exec.lanes.refusing(sent) > c.opts.ExecutionTimeout && c.accepted.Load() == 0 {
			c.exec.giveUp(err)
		}
	}
	return w, err
}
