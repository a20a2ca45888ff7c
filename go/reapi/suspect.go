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
)

// mendInputs replaces what of an action's inputs is damaged in the CAS, if that
// can explain how its execution went, and reports whether to execute it again.
// An error says that nothing helps: a blob stays damaged, or a file has
// changed.
func (c *Client) mendInputs(
	ctx context.Context, a *action.Action, r *action.Result, failure error, sent time.Time,
) (again bool, err error) {
	s := c.suspect(a, r, failure)
	if s.blobs == nil {
		return false, nil
	}
	r.Done() // what is read back needs room, too
	again, err = c.mend(ctx, s.blobs, sent, s.blind)
	if errors.Is(err, ErrDamaged) || errors.Is(err, action.ErrInputChanged) {
		return false, err
	}
	return again && err == nil, nil // if it couldn't look, the execution's own failure says more
}

// suspicion says what a failed execution makes us look at.
type suspicion struct {
	blobs []Blob // nil for nothing
	blind bool   // the service speaks of blobs: upload them even if we find them sound
}

// suspect decides whether inputs that are damaged in the CAS can explain how
// an execution went. A worker that checks what it gets says so in as many
// ways as there are workers; for one that doesn't, the compiler reads rubbish,
// and fails, or ends with exit code 0 without an object.
func (c *Client) suspect(a *action.Action, r *action.Result, err error) suspicion {
	switch {
	case err != nil:
		mayBe, certain := speaksOfBlobs(err)
		if !mayBe {
			return suspicion{}
		}
		return suspicion{blobs: blobsOf(a), blind: certain}
	case r.ExitCode == 0 && a.Check(r) == nil, endedFromOutside(r.ExitCode):
		return suspicion{}
	}
	blobs := blobsOf(a)
	if !mayBeCompiler(r.ExitCode) { // it could run: only what it read may be damaged
		blobs = blobs[:len(blobs)-len(a.Tools)]
	}
	return suspicion{blobs: blobs}
}

// endedFromOutside reports whether a signal that no input causes ended the
// compiler: SIGINT, SIGKILL (out of memory), SIGTERM.
func endedFromOutside(code int) bool { return code == 130 || code == 137 || code == 143 }

// mayBeCompiler reports whether a damaged compiler may end so: it can't be run,
// or a signal for what it does ends it (SIGILL, SIGTRAP, SIGABRT, SIGBUS,
// SIGFPE, SIGSEGV).
func mayBeCompiler(code int) bool {
	return slices.Contains([]int{126, 127, 132, 133, 134, 135, 136, 139}, code)
}

// speaksOfBlobs reports whether the failure of an execution may be, or surely
// is, one of a blob.
func speaksOfBlobs(err error) (mayBe, certain bool) {
	var failed *callError
	if !errors.As(err, &failed) || failed.method != "Execute" || isBroken(err) {
		return false, false
	}
	s := status.Convert(failed.err)
	switch s.Code() {
	case codes.DataLoss:
		return true, true
	case codes.FailedPrecondition, codes.NotFound, codes.InvalidArgument, codes.Internal, codes.Unknown, codes.Aborted:
	default:
		return false, false
	}
	words := strings.ToLower(s.Message() + failed.note)
	certain = slices.ContainsFunc(signsOfBlobs, func(sign string) bool { return strings.Contains(words, sign) })
	return true, certain || s.Code() == codes.FailedPrecondition && len(s.Details()) > 0
}

// signsOfBlobs are words with which workers speak of an input that they lack, or
// that isn't what its digest says.
var signsOfBlobs = []string{
	"blob", "digest", "hash", "checksum", "mismatch", "corrupt", "missing", "not found", "crc",
}
