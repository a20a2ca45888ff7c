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
	"time"

	"google.golang.org/grpc/credentials"
)

// Options say how to talk to services. Their names and meanings are those of
// Bazel's flags.
type Options struct {
	Headers []string // NAME=VALUE, sent with each call

	TLSCertificate, TLSClientCertificate, TLSClientKey string // PEM files

	// Credentials returns what to send to a host with each call, nil for nothing.
	Credentials              func(host string) (Credentials, error)
	GoogleDefaultCredentials bool

	Timeout time.Duration // of one call, or between two messages of a stream
	Retries int           // of one call

	// Hurried callers don't wait long for a service: it gets one retry before its
	// first answer, and a busy service a few seconds.
	Hurried bool
	// Indispensable services may take Timeout until the first connection is made.
	// Callers who can go on without the service wait for connectTime only.
	Indispensable bool

	MaxConnections int    // 0 for as many as InFlight needs
	InFlight       int    // how many calls there may be at once
	Proxy          string // unix:PATH, or ""

	KeepaliveTime, KeepaliveTimeout time.Duration // 0 for none

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
