package reapi

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// diagnosing is how long looking for the reason of a failed connection may
// take.
const diagnosing = 2 * time.Second

// misdirected returns what is wrong with a service's address after its first
// call has failed, or err if nothing is known to be. It looks by itself, with
// connections that carry no credentials: of what gRPC says of a port that
// speaks something else ("error reading server preface: EOF") nobody learns
// what to do. Its answer isn't a status, so the call isn't tried again.
func (e *endpoint) misdirected(ctx context.Context, err error) error {
	if err == nil || e.answered.Load() || e.local() && e.host == "" || e.throughProxy() {
		return err
	}
	s := status.Convert(err)
	switch s.Code() {
	case codes.Unimplemented, codes.Internal, codes.Unknown:
		for _, sign := range []string{"unexpected HTTP status code", "unexpected content-type"} {
			if strings.Contains(s.Message(), sign) {
				return errHTTP
			}
		}
		if s.Code() == codes.Unimplemented {
			return fmt.Errorf("a gRPC server listens there, but none of the Remote Execution API: %s", s.Message())
		}
		return err
	case codes.Unavailable:
	default:
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, diagnosing)
	defer cancel()
	if why := e.whatListens(ctx); why != nil {
		return why
	}
	return err
}

var errHTTP = errors.New("an HTTP server listens there, which doesn't speak gRPC:" +
	" give the port on which the service does")

// throughProxy reports whether connections go through a proxy, which knows more
// of the way than we.
func (e *endpoint) throughProxy() bool {
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: e.hostPort()}})
	return e.opts.Proxy != "" || proxy != nil || err != nil
}

func (e *endpoint) hostPort() string { return strings.TrimPrefix(e.target, "dns:///") }

// whatListens returns what is wrong with what listens at an address, nil for
// what is right, or not known.
func (e *endpoint) whatListens(ctx context.Context) error {
	var unknown *net.DNSError
	if _, err := net.DefaultResolver.LookupHost(ctx, e.host); errors.As(err, &unknown) && unknown.IsNotFound {
		return fmt.Errorf("there is no host of the name %q: %w", e.host, err)
	}
	secure, protocol := e.speaksTLS(ctx)
	switch {
	case secure && protocol != "h2":
		return errHTTP // gRPC's servers negotiate HTTP/2
	case secure && !e.tls:
		return fmt.Errorf("the port speaks TLS: use grpcs://%s", e.hostPort())
	case secure:
		return nil // an authority that isn't known, perhaps: gRPC says which
	case e.speaksHTTP1(ctx):
		return errHTTP
	case e.tls && e.takesConnections(ctx):
		missing := ""
		if !strings.Contains(e.text, "://") {
			missing = ", and an address without a scheme is taken for grpcs://"
		}
		return fmt.Errorf("the port doesn't speak TLS%s: use grpc://%s", missing, e.hostPort())
	}
	return nil
}

// speaksTLS reports whether a port answers a TLS handshake, if only to refuse
// it, and what protocol it chooses.
func (e *endpoint) speaksTLS(ctx context.Context) (secure bool, protocol string) {
	d := tls.Dialer{Config: &tls.Config{
		ServerName: e.host, NextProtos: []string{"h2"},
		InsecureSkipVerify: true, // nothing is said on this connection
	}}
	conn, err := d.DialContext(ctx, "tcp", e.hostPort())
	switch {
	case err != nil && strings.Contains(err.Error(), "remote error: tls: no application protocol"):
		return true, ""
	case err != nil && strings.Contains(err.Error(), "remote error: tls:"):
		return true, "h2" // perhaps: it wants something else of us first
	case err != nil:
		return false, ""
	}
	defer conn.Close()
	return true, conn.(*tls.Conn).ConnectionState().NegotiatedProtocol
}

// speaksHTTP1 reports whether a port answers as servers of HTTP/1 do.
func (e *endpoint) speaksHTTP1(ctx context.Context) bool {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", e.hostPort())
	if err != nil {
		return false
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if _, err := fmt.Fprintf(conn, "HEAD / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", e.hostPort()); err != nil {
		return false
	}
	answer := make([]byte, len("HTTP/1."))
	for n := 0; n < len(answer); {
		m, err := conn.Read(answer[n:])
		if n += m; err != nil {
			return false
		}
	}
	return string(answer) == "HTTP/1."
}

func (e *endpoint) takesConnections(ctx context.Context) bool {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", e.hostPort())
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
