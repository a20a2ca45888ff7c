package reapi

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
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	// streamsPerConnection is how many calls servers commonly let one
	// connection carry at once.
	streamsPerConnection = 100
	// maxReply bounds one message, so that no server can fill the memory. It is
	// gRPC's own limit: servers keep to it.
	maxReply = 4 << 20
)

// An endpoint is one address that is called: connections, and what goes with
// each call. It may be both of the services, the cache and the executor.
type endpoint struct {
	address
	headers
	conn        *pool
	secrets     secrets
	opts        *Options
	credentials Credentials // nil for none
	answered    atomic.Bool // any call
	services    []*service
	refused     atomic.Int64 // when it was last busy, of calls other than uploads; in nanoseconds
}

// A service is the cache or the executor, and what is known of its health.
// Where one endpoint is both, they fail separately: a scheduler that is down
// must not cost the results in the cache.
type service struct {
	*endpoint
	*health
	lanes *lanes
}

// service makes an endpoint the cache or the executor, with so many lanes. ctx
// bounds its life.
func (e *endpoint) service(ctx context.Context, lanes int) *service {
	s := &service{e, newHealth(ctx, e.opts.Retries), newLanes(lanes)}
	e.services = append(e.services, s)
	return s
}

// succeeded notes that a call was answered.
func (s *service) succeeded(method string) {
	s.answered.Store(true)
	s.health.succeeded(method)
}

// slowDown is for a call that was refused because the endpoint is busy. Fewer
// calls, and executions, are under way then: it may be the calls themselves that
// are too many.
func (e *endpoint) slowDown(method string, begun time.Time) {
	if method != "Write" && method != "BatchUpdateBlobs" { // which a full CAS refuses
		e.refused.Store(time.Now().UnixNano())
	}
	for _, s := range e.services {
		s.lanes.narrow(begun)
	}
}

// busySince reports whether a call that isn't an upload was refused after some
// time because the endpoint is busy.
func (e *endpoint) busySince(t time.Time) bool { return e.refused.Load() > t.UnixNano() }

// giveUpAll gives up all that an endpoint is.
func (e *endpoint) giveUpAll(err error) {
	for _, s := range e.services {
		s.giveUp(err)
	}
}

// renew has new credentials asked for, and reports whether there may be some:
// those that were refused may just have expired.
func (e *endpoint) renew(err error) bool {
	if status.Code(err) != codes.Unauthenticated || e.credentials == nil {
		return false
	}
	e.credentials.Forget()
	return true
}

// dial prepares connections; they are made when the first call is. ctx bounds
// the endpoint's life.
func dial(ctx context.Context, a address, cacheHeaders, execHeaders []string, o *Options) (*endpoint, error) {
	e := &endpoint{address: a, opts: o}
	var err error
	if e.headers, err = newHeaders(o.Headers, cacheHeaders, execHeaders); err != nil {
		return nil, err
	}
	e.secrets.addAll(e.execution)
	e.secrets.addAll(e.storage)
	if (o.TLSClientCertificate == "") != (o.TLSClientKey == "") {
		return nil, errors.New("TLS: --tls_client_certificate and --tls_client_key are of use only together")
	}
	own, err := credentialsFor(a.host, o)
	if err != nil {
		return nil, err
	}
	e.credentials = own
	params := sdk.DialParams{
		NoSecurity:        !a.tls,
		NoAuth:            true, // but for what DialOpts say
		TLSCACertFile:     o.TLSCertificate,
		TLSClientAuthCert: o.TLSClientCertificate,
		TLSClientAuthKey:  o.TLSClientKey,
		DialOpts:          dialOptions(a, o),
	}
	var shown credentials.PerRPCCredentials = own
	if own == nil && o.GoogleDefaultCredentials {
		if shown, err = e.googleCredentials(ctx); err != nil {
			return nil, err
		}
	}
	if shown != nil {
		params.DialOpts = append(params.DialOpts, grpc.WithPerRPCCredentials(watched{shown, &e.secrets}))
	}
	if !a.tls && !a.local() && o.Proxy == "" && (e.headers.any() || shown != nil) {
		o.Warn("plaintext", "%s isn't encrypted: credentials can be read on the way; use grpcs://", a.text)
	}
	if e.conn, err = e.connections(ctx, params); err != nil {
		if own != nil {
			own.Close()
		}
		return nil, fmt.Errorf("%s: %w", a.text, err)
	}
	return e, nil
}

func (e *endpoint) connections(ctx context.Context, params sdk.DialParams) (*pool, error) {
	options, _, err := sdk.OptsFromParams(ctx, params)
	if err != nil {
		return nil, err
	}
	target := e.target
	if e.opts.Proxy != "" {
		target = strings.Replace(target, "dns:///", "passthrough:///", 1) // the proxy knows where it is
	}
	return newPool(connections(e.opts), target, options)
}

// connectTime is how long a service that was never reached may take until
// there is a connection, whatever keeps it: names, a firewall that drops what
// it gets, a port that nobody serves, TLS. All jobs wait meanwhile.
const connectTime = 4 * time.Second

// reached reports whether there is a connection, or was one that worked.
func (e *endpoint) reached() bool { return e.answered.Load() || e.conn.connected() }

func (e *endpoint) close() error {
	if e.credentials != nil {
		e.credentials.Close()
	}
	return e.conn.Close()
}

func connections(o *Options) int {
	// Beside what each action needs, there are calls for several.
	n := 1 + (o.InFlight+queriesAtOnce+2*batchesAtOnce+streamsAtOnce)/streamsPerConnection
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
			Time: o.KeepaliveTime, Timeout: o.KeepaliveTimeout,
		}))
	}
	if path, ok := strings.CutPrefix(o.Proxy, "unix:"); ok && a.host != "" {
		options = append(options, grpc.WithNoProxy(), grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", strings.TrimPrefix(path, "//"))
		}))
	}
	return options
}

func credentialsFor(host string, o *Options) (Credentials, error) {
	if o.Credentials == nil || host == "" {
		return nil, nil
	}
	return o.Credentials(host)
}

// parseHeaders reads NAME=VALUE. A value may be a secret and isn't quoted.
func parseHeaders(list []string) (metadata.MD, error) {
	md := metadata.MD{}
	for _, entry := range list {
		name, value, ok := strings.Cut(entry, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if !ok || name == "" {
			return nil, errors.New("a remote header isn't NAME=VALUE")
		}
		if strings.HasPrefix(name, "grpc-") || strings.ContainsAny(name, " \t:") {
			return nil, fmt.Errorf("remote header %q can't be sent with gRPC", name)
		}
		md.Append(name, value)
	}
	return md, nil
}
