package rpc

import (
	"errors"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// ErrBusy is what a Try returns, with the status, when the service has too much
// to do for an execution. Call doesn't repeat it: the execution leaves its lane
// before it is sent again.
var ErrBusy = errors.New("the service is busy")

// maxDelay bounds how long we wait because a service asks for it.
const maxDelay = time.Minute

// IsBusy reports whether a service asks us to slow down. That is no reason to go
// on without it.
func IsBusy(err error) bool {
	s, ok := status.FromError(err)
	if !ok {
		return false
	}
	return s.Code() == codes.ResourceExhausted && !IsTooLarge(err) || retryInfo(s) != nil
}

// IsExhausted reports whether a service refuses a call for lack of a resource
// that it doesn't name, and doesn't say when to try again.
func IsExhausted(err error) bool {
	s := status.Convert(err)
	return s.Code() == codes.ResourceExhausted && retryInfo(s) == nil && !IsTooLarge(err)
}

// IsTooLarge reports whether a message exceeds a limit of gRPC's, ours or the
// service's. That has the same code as a busy service, but the message would be
// as large the next time.
func IsTooLarge(err error) bool {
	s := status.Convert(err)
	for _, text := range []string{
		"larger than max",      // gRPC in Go, C++ and Python
		"exceeds maximum size", // in Java
	} {
		if strings.Contains(s.Message(), text) {
			return s.Code() == codes.ResourceExhausted
		}
	}
	return false
}

// retryDelay returns how long a service asks us to wait, 0 if it doesn't.
func retryDelay(err error) time.Duration {
	s, ok := status.FromError(err)
	if !ok {
		return 0
	}
	return max(0, min(retryInfo(s).GetRetryDelay().AsDuration(), maxDelay))
}

// retryInfo returns what a status says about when to try again, nil for nothing.
func retryInfo(s *status.Status) *errdetails.RetryInfo {
	for _, detail := range s.Details() {
		if info, ok := detail.(*errdetails.RetryInfo); ok {
			return info
		}
	}
	return nil
}
