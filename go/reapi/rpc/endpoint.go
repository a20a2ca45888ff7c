package rpc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	sdk "github.com/bazelbuild/remote-apis-sdks/go/pkg/client"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
)

const (
	// streamsPerConnection is how many calls servers commonly let one connection
	// carry at once.
	streamsPerConnection = 100
	// maxReply bounds one message in bytes, so that no server can fill the memory.
	// It is gRPC's own limit: servers keep to it.
	maxReply = 4 << 20
)

// An Endpoint is one address that is called: its connections, and the headers
// and credentials of each call. It may be both services, the cache and the
// executor.
type Endpoint struct {
	address     address
	headers     headers
	connections *connections
	secrets     secrets // of the headers and credentials: hidden in messages
	opts        *Options
	credentials Credentials // nil for none
	answered    atomic.Bool // whether any call was answered
	services    []*Service
	busyAt      atomic.Int64 // when a call other than an upload was last refused as too many; Unix nanoseconds
}

// A Target is an address and the headers of the calls that are made there.
type Target struct {
	Flag    string // the option that gives the address, for messages: "remote_cache"
	Address string

	CacheHeaders, ExecHeaders []string // NAME=VALUE
}

// Dial prepares connections to a target; each is made when its first call is. It
// fails on what can't be right: an address, a header, a certificate file. Whether
// the service can be reached turns out later. ctx bounds the endpoint's life.
func Dial(ctx context.Context, t Target, o *Options) (*Endpoint, error) {
	a, err := parseAddress(t.Flag, t.Address)
	if err != nil {
		return nil, err
	}
	e := &Endpoint{address: a, opts: o}
	if e.headers, err = newHeaders(o.Headers, t.CacheHeaders, t.ExecHeaders); err != nil {
		return nil, err
	}
	e.secrets.addHeaders(e.headers.execution)
	e.secrets.addHeaders(e.headers.cache)
	if (o.TLSClientCertificate == "") != (o.TLSClientKey == "") {
		return nil, errors.New("TLS: --tls_client_certificate and --tls_client_key must be given together")
	}
	if o.Credentials != nil && a.host != "" {
		if e.credentials, err = o.Credentials(a.host); err != nil {
			return nil, err
		}
	}
	if err := e.connect(ctx); err != nil {
		if e.credentials != nil {
			e.credentials.Close()
		}
		return nil, err
	}
	return e, nil
}

// connect prepares the connections, with what authenticates their calls.
func (e *Endpoint) connect(ctx context.Context) error {
	o := e.opts
	params := sdk.DialParams{
		NoSecurity:        !e.address.tls,
		NoAuth:            true, // DialOpts holds the credentials
		TLSCACertFile:     o.TLSCertificate,
		TLSClientAuthCert: o.TLSClientCertificate,
		TLSClientAuthKey:  o.TLSClientKey,
		DialOpts:          dialOptions(e.address, o),
	}
	var perCall credentials.PerRPCCredentials = e.credentials
	if e.credentials == nil && o.GoogleDefaultCredentials {
		var err error
		if perCall, err = e.googleCredentials(ctx); err != nil {
			return err
		}
	}
	if perCall != nil {
		params.DialOpts = append(params.DialOpts, grpc.WithPerRPCCredentials(recorded{perCall, &e.secrets}))
	}
	if !e.address.tls && !e.address.isLocal() && o.Proxy == "" && (e.headers.hasAny() || perCall != nil) {
		o.Warn("plaintext", "%s isn't encrypted: credentials can be read on the way; use grpcs://", e.address.text)
	}
	options, _, err := sdk.OptsFromParams(ctx, params)
	if err != nil {
		return fmt.Errorf("%s: %w", e.address.text, err)
	}
	target := e.address.target
	if o.Proxy != "" {
		target = strings.Replace(target, "dns:///", "passthrough:///", 1) // the proxy resolves the name
	}
	if e.connections, err = newConnections(connectionsFor(o), target, options); err != nil {
		return fmt.Errorf("%s: %w", e.address.text, err)
	}
	return nil
}

// connectionsFor returns how many connections are made to one endpoint.
func connectionsFor(o *Options) int {
	n := 1 + o.InFlight/streamsPerConnection
	if o.MaxConnections > 0 {
		n = min(n, o.MaxConnections)
	}
	return max(n, 1)
}

func dialOptions(a address, o *Options) []grpc.DialOption {
	options := []grpc.DialOption{
		grpc.WithUserAgent("thinrex/" + o.Version),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxReply)),
	}
	if o.KeepaliveTime > 0 {
		options = append(options, grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time:    o.KeepaliveTime,
			Timeout: o.KeepaliveTimeout,
		}))
	}
	if path, ok := strings.CutPrefix(o.Proxy, "unix:"); ok && a.host != "" {
		dialProxy := func(ctx context.Context, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", strings.TrimPrefix(path, "//"))
		}
		options = append(options, grpc.WithNoProxy(), grpc.WithContextDialer(dialProxy))
	}
	return options
}

// Service makes the endpoint the cache or the executor, with so many calls at
// once at most (0 for any number). ctx bounds the service's life.
func (e *Endpoint) Service(ctx context.Context, lanes int) *Service {
	s := &Service{Endpoint: e, health: newHealth(ctx), lanes: newLanes(lanes)}
	e.services = append(e.services, s)
	return s
}

// Address returns the address as the user gave it.
func (e *Endpoint) Address() string { return e.address.text }

// Conn returns the connections, for making gRPC's clients.
func (e *Endpoint) Conn() grpc.ClientConnInterface { return e.connections }

// GiveUpAll gives up all services of the endpoint.
func (e *Endpoint) GiveUpAll(err error) {
	for _, s := range e.services {
		s.GiveUp(err)
	}
}

// slowDown is called when a call was refused because the endpoint is busy. From
// then on fewer calls, and fewer executions, are made at once: they may be the
// reason.
func (e *Endpoint) slowDown(method Method, begun time.Time) {
	if !method.uploads() {
		e.busyAt.Store(time.Now().UnixNano())
	}
	for _, s := range e.services {
		s.lanes.narrow(begun)
	}
}

// BusySince reports whether a call that isn't an upload was refused after some
// time because the endpoint is busy.
func (e *Endpoint) BusySince(t time.Time) bool { return e.busyAt.Load() > t.UnixNano() }

// renewCredentials makes the next call ask for new credentials if err says that
// those of the last call were refused: they may just have expired. It reports
// whether there may be new ones.
func (e *Endpoint) renewCredentials(err error) bool {
	if status.Code(err) != codes.Unauthenticated || e.credentials == nil {
		return false
	}
	e.credentials.Forget()
	return true
}

// connectTime is how long a service that was never reached may take until there
// is a connection: name lookup, a firewall that drops packets, a port that
// doesn't answer, TLS. All jobs wait meanwhile. Options.Indispensable lifts it.
const connectTime = 4 * time.Second

// wasReached reports whether there is a connection, or was one that worked.
func (e *Endpoint) wasReached() bool { return e.answered.Load() || e.connections.anyReady() }

// Close ends all connections, and with them all calls.
func (e *Endpoint) Close() error {
	if e.credentials != nil {
		e.credentials.Close()
	}
	return e.connections.Close()
}
