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
	secure, protocol := e.probeTLS(ctx)
	switch {
	case secure == speaksTLS && protocol != "h2":
		return errHTTP // gRPC's servers negotiate HTTP/2
	case secure == speaksTLS && !e.tls:
		return fmt.Errorf("the port speaks TLS: use grpcs://%s", e.hostPort())
	case secure == speaksTLS:
		return nil // an authority that isn't known, perhaps: gRPC says which
	case e.speaksHTTP1(ctx):
		return errHTTP
	case secure == speaksOther && e.tls:
		missing := ""
		if !strings.Contains(e.text, "://") {
			missing = ", and an address without a scheme is taken for grpcs://"
		}
		return fmt.Errorf("the port doesn't speak TLS%s: use grpc://%s", missing, e.hostPort())
	}
	return nil
}

// A handshake is what a port makes of an attempt to speak TLS. A proxy whose
// service is away for a moment takes connections and closes them: that is none.
type handshake int

const (
	noHandshake handshake = iota
	speaksTLS
	speaksOther
)

// probeTLS finds out whether a port answers a TLS handshake, if only to refuse
// it, and which protocol it chooses.
func (e *endpoint) probeTLS(ctx context.Context) (secure handshake, protocol string) {
	d := tls.Dialer{Config: &tls.Config{
		ServerName: e.host, NextProtos: []string{"h2"},
		InsecureSkipVerify: true, // no secret is sent on this connection
	}}
	conn, err := d.DialContext(ctx, "tcp", e.hostPort())
	var other tls.RecordHeaderError
	switch {
	case err == nil:
		defer conn.Close()
		return speaksTLS, conn.(*tls.Conn).ConnectionState().NegotiatedProtocol
	case errors.As(err, &other):
		return speaksOther, ""
	case strings.Contains(err.Error(), "remote error: tls: no application protocol"):
		return speaksTLS, ""
	case strings.Contains(err.Error(), "remote error: tls:"):
		return speaksTLS, "h2" // perhaps: it wants something else of us first
	}
	return noHandshake, ""
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
