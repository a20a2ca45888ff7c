package reapi

import (
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/reapi/rpc"
)

var (
	// errFailedExecution says that the service answered, but couldn't execute.
	errFailedExecution = errors.New("not executed")
	// errLost says that the service doesn't know an execution any more.
	errLost = errors.New("the service has lost the execution")
	// errOnlyQueued says that no worker has taken an action.
	errOnlyQueued = errors.New("no worker has taken it")
	// errStuck says that an execution takes longer than its timeout allows.
	errStuck = errors.New("the execution is stuck: the service doesn't end it")
)

// isWorthAnotherAttempt reports whether another worker, or the same one a little later,
// may execute what a worker couldn't. Not so if the execution had its time, if it
// waited for a worker and got none, or if it was cancelled there.
func isWorthAnotherAttempt(err error) bool {
	if !errors.Is(err, errFailedExecution) || errors.Is(err, errOnlyQueued) || !rpc.IsTransient(err) {
		return false
	}
	return status.Code(err) != codes.DeadlineExceeded && status.Code(err) != codes.Canceled
}

// isMissing reports whether an execution failed because a blob is missing in the
// CAS. Services that lack the action itself refuse the call (Buildbarn); mettle
// fails an execution with UNKNOWN.
func isMissing(err error) bool {
	failed, ok := errors.AsType[*rpc.CallError](err)
	if !ok || failed.Method != rpc.Execute {
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
