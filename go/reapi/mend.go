package reapi

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/action"
	"thinrex/go/reapi/cas"
	"thinrex/go/reapi/rpc"
)

// mendInputs replaces those of an action's inputs that are damaged in the CAS, if
// that can explain how an attempt went. It reports whether to send the action
// again. An error means that nothing helps: a blob stays damaged, or a file has
// changed.
func (x *execution) mendInputs(
	ctx context.Context, r *action.Result, failure error, sent time.Time,
) (again bool, err error) {
	s := x.suspect(r, failure)
	if s.blobs == nil {
		return false, nil
	}
	r.Done() // its memory is needed for what is read back
	again, err = x.cache.blobs.Mend(ctx, s.blobs, sent, s.blind)
	if errors.Is(err, action.ErrDamaged) || errors.Is(err, action.ErrInputChanged) {
		return false, err
	}
	return again && err == nil, nil // if nothing could be read, the attempt's own failure says more
}

// A suspicion says which blobs may have made an attempt fail.
type suspicion struct {
	blobs []cas.Blob // nil for none
	blind bool       // the service complains about a blob: upload all even if we find them sound
}

// suspect decides whether inputs that are damaged in the CAS can explain how an
// attempt went. Workers that verify what they get fail with all kinds of statuses.
// On workers that don't, the compiler reads garbage and fails, or ends with exit
// code 0 and without an object.
func (x *execution) suspect(r *action.Result, err error) suspicion {
	switch {
	case err != nil:
		mayBe, certain := isAboutBlob(err)
		if !mayBe {
			return suspicion{}
		}
		return suspicion{blobs: x.blobs, blind: certain}
	case r.ExitCode == 0 && x.action.Check(r) == nil, endedFromOutside(r.ExitCode):
		return suspicion{}
	}
	blobs := x.blobs
	if !mayBeBrokenCompiler(r.ExitCode) { // the compiler could run: only what it read may be damaged
		blobs = blobs[:len(blobs)-len(x.action.Tools)]
	}
	return suspicion{blobs: blobs}
}

// endedFromOutside reports whether the exit code is that of a signal that no input
// causes: SIGINT, SIGKILL (out of memory), SIGTERM.
func endedFromOutside(code int) bool { return code == 130 || code == 137 || code == 143 }

// mayBeBrokenCompiler reports whether a damaged compiler may end with an exit
// code: it can't be run, or it ends with SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE
// or SIGSEGV.
func mayBeBrokenCompiler(code int) bool {
	return slices.Contains([]int{126, 127, 132, 133, 134, 135, 136, 139}, code)
}

// isAboutBlob reports whether an execution may have failed, or surely has, because
// of a blob.
func isAboutBlob(err error) (mayBe, certain bool) {
	failed, ok := errors.AsType[*rpc.CallError](err)
	if !ok || failed.Method != rpc.Execute || isBroken(err) {
		return false, false
	}
	s := status.Convert(failed.Err)
	switch s.Code() {
	case codes.DataLoss:
		return true, true
	case codes.FailedPrecondition, codes.NotFound, codes.InvalidArgument, codes.Internal, codes.Unknown, codes.Aborted:
	default:
		return false, false
	}
	text := strings.ToLower(s.Message() + failed.Note)
	certain = slices.ContainsFunc(blobTerms, func(term string) bool { return strings.Contains(text, term) })
	return true, certain || s.Code() == codes.FailedPrecondition && len(s.Details()) > 0
}

// blobTerms occur in the messages of workers about an input that is missing, or
// that doesn't have its digest.
var blobTerms = []string{
	"blob", "digest", "hash", "checksum", "mismatch", "corrupt", "missing", "not found", "crc",
}
