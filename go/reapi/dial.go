package reapi

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/bazelbuild/remote-apis-sdks/go/pkg/balancer"
	sdk "github.com/bazelbuild/remote-apis-sdks/go/pkg/client"
	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
)

const (
	// streamsPerConnection is how many calls servers commonly let one
	// connection carry at once.
	streamsPerConnection = 100
	// maxReply bounds one message, so that no server can fill the memory. It is
	// gRPC's own limit: servers keep to it.
	maxReply = 4 << 20
)

// An endpoint is one service that is called: connections, what is known of
// its health, and what goes with each call.
type endpoint struct {
	address
	*health
	headers
	conn    *balancer.RRConnPool
	each    []*grpc.ClientConn // of conn
	secrets secrets
	opts    *Options
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
	e.health = newHealth(ctx, o.Retries, own)
	e.hurried = o.Hurried
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

func (e *endpoint) connections(ctx context.Context, params sdk.DialParams) (*balancer.RRConnPool, error) {
	options, _, err := sdk.OptsFromParams(ctx, params)
	if err != nil {
		return nil, err
	}
	target := e.target
	if e.opts.Proxy != "" {
		target = strings.Replace(target, "dns:///", "passthrough:///", 1) // the proxy knows where it is
	}
	return balancer.NewRRConnPool(ctx, connections(e.opts), func(context.Context) (*grpc.ClientConn, error) {
		c, err := grpc.NewClient(target, options...)
		e.each = append(e.each, c)
		return c, err
	})
}

// connectTime is how long a service that was never reached may take until
// there is a connection, whatever keeps it: names, a firewall that drops what
// it gets, a port that nobody serves, TLS. All jobs wait meanwhile.
const connectTime = 4 * time.Second

// reached reports whether there is a connection, or was one that worked.
func (e *endpoint) reached() bool {
	return e.hasAnswered() || slices.ContainsFunc(e.each, func(c *grpc.ClientConn) bool { return c.GetState() == connectivity.Ready })
}

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
