// Package rpc makes calls to one endpoint of a Remote Execution API service.
//
// It owns everything between a request and the wire: addresses, connections,
// TLS, proxies, headers and credentials, retries, pauses while a service is
// busy, and the decision that a service is down. It knows the methods by name
// (see Method), but nothing of actions and blobs: packages reapi and reapi/cas
// make the requests.
//
// Dialling (TLS, Google's credentials) is done by the remote-apis-sdks. The
// calls are made directly with remote-apis, because the SDK takes a batch limit
// of 0 literally, remembers failed uploads, doesn't upload again what a service
// has lost, reads blobs of any size into memory, and treats a broken Action
// Cache entry as an error.
package rpc

import (
	"google.golang.org/grpc/credentials"

	"thinrex/go/reapi/remoteflags"
)

// Options say how to talk to services. What isn't in package remoteflags, the caller decides, not
// the user.
type Options struct {
	remoteflags.Connection

	// Credentials returns what to send to a host with each call, nil for nothing.
	Credentials func(host string) (Credentials, error)

	// Hurried callers don't wait long for a service: it gets one retry before its
	// first answer, and a busy service a few seconds.
	Hurried bool
	// Indispensable services may take Timeout until the first connection is made.
	// Callers who can go on without the service wait for connectTime only.
	Indispensable bool

	InFlight int // how many calls there may be at once

	Version    string // of thinrex
	Invocation string // the same for all calls of one link
	Mnemonic   string // the kind of the actions, one of Bazel's names

	// Warn prints a warning once for each key.
	Warn func(key, format string, args ...any)
}

// Credentials are per-RPC credentials that can be renewed. Forget is called when
// a service refuses them: the next call then gets new ones. Close ends what they
// have started.
type Credentials interface {
	credentials.PerRPCCredentials
	Forget()
	Close()
}
