// Package reapi talks to Remote Execution API services: their Action Cache,
// their CAS and their Execution.
//
// It owns everything between an action and the wire: connections, credentials
// on calls, retries and the verdict that a service is down, uploads that
// happen once, and downloads that are verified. What a failure means for a
// link is the business of package link.
//
// Dialling (TLS, Google's credentials, the connection pool) is the
// remote-apis-sdks'. The calls are made straight on remote-apis: the SDK
// takes a batch limit of 0 literally, remembers failed uploads, doesn't
// upload again what a service has lost, reads blobs of any size into memory,
// and takes a broken Action Cache entry for an error.
package reapi

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"google.golang.org/grpc/credentials"

	"thinrex/go/digest"
)

// Options say which services there are and how to talk to them. Their names
// and meanings are those of Bazel's flags.
type Options struct {
	Cache    string // of the Action Cache and the CAS; "" for the executor's
	Executor string // "" for none
	Instance string

	Headers, CacheHeaders, ExecHeaders []string // NAME=VALUE

	TLSCertificate, TLSClientCertificate, TLSClientKey string // PEM files

	// Credentials returns what is shown to a host on each call, nil for
	// nothing.
	Credentials              func(host string) (Credentials, error)
	GoogleDefaultCredentials bool

	Timeout                         time.Duration // of one call, or between two messages of a stream
	Retries                         int           // of one call
	Hurried                         bool          // before the first answer, one retry is enough; nor is a busy service waited for
	Indispensable                   bool          // nothing goes on without the service: its first connection may take Timeout
	MaxConnections                  int           // 0 for as many as InFlight needs
	InFlight                        int           // how many calls there may be at once
	Proxy                           string        // unix:PATH, or ""
	KeepaliveTime, KeepaliveTimeout time.Duration // 0 for none

	AcceptCached     bool
	Upload           Upload
	Workers          bool // Cache is an executor that only caches here: its workers store, as those of Executor
	Compress         bool
	Function         digest.Function
	Executions       int           // how many actions are executed at once; 0 for any number
	ExecutionTimeout time.Duration // as it is in the actions

	Version    string // of thinrex
	Invocation string // one for each link
	Mnemonic   string // what kind of actions they are, in Bazel's words
	Warn       func(key, format string, args ...any)
}

// Credentials are per-RPC credentials that can be asked for anew when a
// service refuses them. Close ends what they have started.
type Credentials interface {
	credentials.PerRPCCredentials
	Forget()
	Close()
}

// Upload says whether results of local runs are stored in the remote cache.
type Upload int

// The values of --remote_upload_local_results.
const (
	UploadAuto Upload = iota // if the service lets us, and no workers store theirs: see Options.Workers
	UploadAlways
	UploadNever
)

// An address is where a service listens.
type address struct {
	text   string // as it was given, for messages
	target string // for grpc.NewClient
	host   string // without the port; "" for a Unix socket
	tls    bool
}

// parseAddress reads grpc://HOST[:PORT], grpcs://HOST[:PORT], unix:PATH, or
// HOST[:PORT], which is as with Bazel taken for grpcs.
func parseAddress(flag, text string) (address, error) {
	a := address{text: text, tls: true}
	if strings.Contains(text, "@") && !strings.HasPrefix(text, "unix:") {
		return a, fmt.Errorf("--%s: no user names or passwords in an address; see --remote_header and --credential_helper", flag)
	}
	scheme, rest, ok := strings.Cut(text, "://")
	switch {
	case strings.HasPrefix(text, "unix:"):
		path := strings.TrimPrefix(strings.TrimPrefix(text, "unix:"), "//")
		if path == "" {
			return a, fmt.Errorf("--%s=%s: unix: is without a path", flag, text)
		}
		return address{text: text, target: "unix:" + path}, nil
	case !ok:
		rest = text
	case scheme == "grpc":
		a.tls = false
	case scheme != "grpcs":
		return a, fmt.Errorf("--%s=%s: thinrex speaks gRPC only: give grpc://HOST:PORT, grpcs://HOST:PORT or unix:PATH with"+
			" the port on which the service speaks gRPC", flag, text)
	}
	rest = strings.TrimSuffix(rest, "/")
	if rest == "" || rest[0] == ':' || strings.ContainsAny(rest, "/ ") {
		return a, fmt.Errorf("--%s=%s isn't an address: give grpc://HOST:PORT", flag, text)
	}
	host, port, err := net.SplitHostPort(rest)
	if err != nil {
		host, port = strings.Trim(rest, "[]"), map[bool]string{true: "443", false: "80"}[a.tls]
		if _, err := netip.ParseAddr(host); err != nil && strings.Contains(host, ":") {
			return a, fmt.Errorf("--%s=%s isn't an address: give grpc://HOST:PORT", flag, text)
		}
	}
	a.host, a.target = host, "dns:///"+net.JoinHostPort(host, port)
	return a, nil
}

// local reports whether what is sent stays on this machine.
func (a address) local() bool {
	ip := net.ParseIP(a.host)
	return a.host == "" || a.host == "localhost" || ip != nil && ip.IsLoopback()
}
