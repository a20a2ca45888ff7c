package rpc

import (
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A CallError is a failed call. Its text names the service's address and the
// method. The service's own text is in it on one line and without secrets.
type CallError struct {
	Method Method // "" if the failure isn't one call's
	Err    error
	Note   string // what the service says beside the error

	endpoint *Endpoint
}

// Failure makes a CallError of err, unless it is one.
func (e *Endpoint) Failure(m Method, err error) error {
	if _, already := errors.AsType[*CallError](err); already {
		return err
	}
	return &CallError{Method: m, Err: err, endpoint: e}
}

// FailureWithNote makes a CallError that also shows a note of the service.
func (e *Endpoint) FailureWithNote(m Method, err error, note string) error {
	return &CallError{Method: m, Err: err, Note: note, endpoint: e}
}

func (c *CallError) Error() string {
	text := c.Err.Error()
	if s, ok := errors.AsType[interface {
		error
		GRPCStatus() *status.Status
	}](c.Err); ok {
		text = fmt.Sprintf("%v: %s", s.GRPCStatus().Code(), s.GRPCStatus().Message())
	}
	if c.Note != "" {
		text += " (" + c.Note + ")"
	}
	if c.Method != "" {
		text = string(c.Method) + ": " + text
	}
	return c.endpoint.address.text + ": " + c.endpoint.Redact(text)
}

func (c *CallError) Unwrap() error { return c.Err }

// isRefusal reports whether a service doesn't allow the call to this user.
func isRefusal(err error) bool {
	code := status.Code(err)
	return code == codes.Unauthenticated || code == codes.PermissionDenied
}

// isAnswer reports whether a failure shows that the service works.
func isAnswer(err error) bool {
	s, ok := status.FromError(err)
	// UNAUTHENTICATED may come from our side: a credential helper that failed.
	return ok && s.Code() != codes.Unavailable && s.Code() != codes.Unauthenticated
}

// IsTransient reports whether the same call may succeed a little later.
func IsTransient(err error) bool {
	s, ok := status.FromError(err)
	switch {
	case !ok:
		return errors.Is(err, ErrNoAnswer)
	case errors.Is(err, ErrBusy): // its caller waits, and repeats it
		return false
	}
	switch s.Code() {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Aborted, codes.Internal, codes.Unknown,
		codes.Canceled: // by a proxy that can't go on: our own cancellation isn't judged here
		return true
	}
	return IsBusy(err)
}
