package reapi

import (
	"errors"
	"fmt"

	"google.golang.org/grpc/status"
)

// A callError is a failed call, in words for people.
type callError struct {
	*endpoint
	method string
	err    error
	note   string // what the service said beside it
}

func (e *endpoint) failure(method string, err error) error {
	var already *callError
	if errors.As(err, &already) {
		return err
	}
	return &callError{e, method, err, ""}
}

func (c *callError) Error() string {
	words := c.err.Error()
	var rpc interface{ GRPCStatus() *status.Status }
	if errors.As(c.err, &rpc) {
		words = fmt.Sprintf("%v: %s", rpc.GRPCStatus().Code(), rpc.GRPCStatus().Message())
	}
	if c.note != "" {
		words += " (" + c.note + ")"
	}
	if c.method != "" {
		words = c.method + ": " + words
	}
	return c.text + ": " + c.clean(words)
}

func (c *callError) Unwrap() error { return c.err }
