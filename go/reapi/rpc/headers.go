package rpc

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc/metadata"
)

// headers are what users have sent with their calls. Where one endpoint is both
// cache and executor, the two may expect different headers, so each of them gets
// its own only.
type headers struct {
	cache        metadata.MD // of calls to the Action Cache and the CAS
	execution    metadata.MD // of executions
	capabilities metadata.MD // of GetCapabilities: both; the executor's where names are equal
}

func newHeaders(all, cache, exec []string) (h headers, err error) {
	if h.cache, err = parseHeaders(slices.Concat(all, cache)); err != nil {
		return h, err
	}
	if h.execution, err = parseHeaders(slices.Concat(all, exec)); err != nil {
		return h, err
	}
	h.capabilities = h.cache.Copy()
	executorOnly, err := parseHeaders(exec)
	for name := range executorOnly {
		h.capabilities[name] = h.execution[name]
	}
	return h, err
}

// of returns the headers of a method's calls.
func (h headers) of(m Method) metadata.MD {
	switch m {
	case GetCapabilities:
		return h.capabilities
	case Execute:
		return h.execution
	}
	return h.cache
}

func (h headers) hasAny() bool { return len(h.capabilities) > 0 }

// parseHeaders reads NAME=VALUE. Errors don't quote a value: it may be a secret.
func parseHeaders(list []string) (metadata.MD, error) {
	md := metadata.MD{}
	for _, entry := range list {
		name, value, ok := strings.Cut(entry, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if !ok || name == "" {
			return nil, errors.New("a remote header isn't NAME=VALUE")
		}
		switch {
		case strings.HasPrefix(name, "grpc-"):
			return nil, fmt.Errorf("remote header %q can't be sent: names that begin with grpc- are gRPC's own", name)
		case strings.ContainsAny(name, " \t:"):
			return nil, fmt.Errorf("remote header %q can't be sent: its name holds a space or a colon", name)
		}
		md.Append(name, value)
	}
	return md, nil
}
