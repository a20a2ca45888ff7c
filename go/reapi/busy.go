package reapi

import (
	"errors"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// errBusy says that the service has too much to do to take an execution.
var errBusy = errors.New("the service is busy")

// maxDelay bounds how long we wait because a service wants it.
const maxDelay = time.Minute

// isBusy reports whether a service wants us to slow down, which is no reason to
// go on without it.
func isBusy(err error) bool {
	s, ok := status.FromError(err)
	if !ok {
		return false
	}
	return s.Code() == codes.ResourceExhausted && !isTooLarge(s) || retryInfo(s) != nil
}

// isTooLarge reports whether a message exceeds a limit of gRPC's, ours or the
// service's. It has the same code, and would be as large the next time.
func isTooLarge(s *status.Status) bool {
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

// retryDelay is how long a service wants us to wait.
func retryDelay(err error) time.Duration {
	s, ok := status.FromError(err)
	if !ok {
		return 0
	}
	return max(0, min(retryInfo(s).GetRetryDelay().AsDuration(), maxDelay))
}

// retryInfo is what a status says of when to try again, nil if it doesn't.
func retryInfo(s *status.Status) *errdetails.RetryInfo {
	for _, detail := range s.Details() {
		if info, ok := detail.(*errdetails.RetryInfo); ok {
			return info
		}
	}
	return nil
}
