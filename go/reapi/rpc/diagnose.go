package rpc

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

// Diagnose is called with the error of an endpoint's first call, which may be
// nil. If the address is the reason, it returns an error that says what is wrong
// with it, otherwise err. gRPC's message about a port that speaks another protocol
// ("error reading server preface: EOF") doesn't tell a user what to do, so Diagnose
// looks for itself, with connections that carry no credentials. Its error isn't a
// status, so the call isn't repeated.
func (e *Endpoint) Diagnose(ctx context.Context, err error) error {
	if err == nil || e.answered.Load() || e.address.host == "" || e.usesProxy() {
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
			return fmt.Errorf("a gRPC server listens there, but it doesn't serve the Remote Execution API: %s", s.Message())
		}
		return err
	case codes.Unavailable:
	default:
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, diagnosing)
	defer cancel()
	if why := e.address.problem(ctx); why != nil {
		return why
	}
	return err
}

var errHTTP = errors.New("an HTTP server listens there, which doesn't speak gRPC:" +
	" give the port on which the service does")

// usesProxy reports whether connections go through a proxy. Then only the proxy
// can reach the service.
func (e *Endpoint) usesProxy() bool {
	request := &http.Request{URL: &url.URL{Scheme: "https", Host: e.address.hostPort()}}
	proxy, err := http.ProxyFromEnvironment(request)
	return e.opts.Proxy != "" || proxy != nil || err != nil
}

// problem connects to an address, and returns what is wrong with it; nil if
// nothing is, or it can't be found out.
func (a address) problem(ctx context.Context) error {
	_, err := net.DefaultResolver.LookupHost(ctx, a.host)
	if unknown, ok := errors.AsType[*net.DNSError](err); ok && unknown.IsNotFound {
		return fmt.Errorf("there is no host of the name %q: %w", a.host, err)
	}
	secure, protocol := a.probeTLS(ctx)
	switch {
	case secure == speaksTLS && protocol != "h2":
		return errHTTP // gRPC's servers negotiate HTTP/2
	case secure == speaksTLS && !a.tls:
		return fmt.Errorf("the port speaks TLS: use grpcs://%s", a.hostPort())
	case secure == speaksTLS:
		return nil // the certificate may be the problem: gRPC's error says so
	case a.speaksHTTP1(ctx):
		return errHTTP
	case secure == speaksOther && a.tls:
		missing := ""
		if !strings.Contains(a.text, "://") {
			missing = ", and an address without a scheme is taken for grpcs://"
		}
		return fmt.Errorf("the port doesn't speak TLS%s: use grpc://%s", missing, a.hostPort())
	}
	return nil
}

// A handshake is how a port answers the first message of a TLS handshake.
type handshake int

const (
	noHandshake handshake = iota // not at all, such as a proxy whose service is away for a moment
	speaksTLS                    // if only to refuse it
	speaksOther
)

// probeTLS finds out whether a port speaks TLS, and which application protocol it
// chooses.
func (a address) probeTLS(ctx context.Context) (secure handshake, protocol string) {
	d := tls.Dialer{Config: &tls.Config{
		ServerName:         a.host,
		NextProtos:         []string{"h2"},
		InsecureSkipVerify: true, // no secret is sent on this connection
	}}
	conn, err := d.DialContext(ctx, "tcp", a.hostPort())
	if err == nil {
		defer conn.Close()
		return speaksTLS, conn.(*tls.Conn).ConnectionState().NegotiatedProtocol
	}
	_, other := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case other:
		return speaksOther, ""
	case strings.Contains(err.Error(), "remote error: tls: no application protocol"):
		return speaksTLS, ""
	case strings.Contains(err.Error(), "remote error: tls:"):
		return speaksTLS, "h2" // assumed: it refused the handshake for another reason
	}
	return noHandshake, ""
}

// speaksHTTP1 reports whether a port answers as servers of HTTP/1 do.
func (a address) speaksHTTP1(ctx context.Context) bool {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", a.hostPort())
	if err != nil {
		return false
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	request := fmt.Sprintf("HEAD / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", a.hostPort())
	if _, err := conn.Write([]byte(request)); err != nil {
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
