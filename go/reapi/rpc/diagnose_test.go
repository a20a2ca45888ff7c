package rpc_test

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"

	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi/rpc"
)

// The message about an address that is nearly right says what is right. A server
// of another kind that listens there gets no secrets.
func TestWrongPort(t *testing.T) {
	t.Parallel()
	ca := must(reapitest.NewCA(t.TempDir(), "ca"))(t)
	pair := must(ca.Issue(reapitest.Cert{Name: "server", Hosts: []string{"127.0.0.1"}}))(t)
	plain := reapitest.StartT(t, reapitest.Options{}).Addr()
	secure := reapitest.StartT(t, reapitest.Options{TLS: must(pair.ServerTLS(nil))(t)}).Addr()
	mutual := reapitest.StartT(t, reapitest.Options{TLS: must(pair.ServerTLS(ca))(t)}).Addr()
	var leaked atomic.Bool
	web := func(start func(*httptest.Server)) string {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(strings.Join(r.Header.Values("x-key"), ""), "secret") && r.ProtoMajor == 1 {
				leaked.Store(true)
			}
			http.NotFound(w, r)
		}))
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		start(s)
		t.Cleanup(s.Close)
		return s.Listener.Addr().String()
	}
	page := web((*httptest.Server).Start)
	https := web((*httptest.Server).StartTLS)
	https2 := web(func(s *httptest.Server) {
		s.EnableHTTP2, s.TLS = true, must(pair.ServerTLS(nil))(t)
		s.StartTLS()
	})
	const http, useTLS, usePlain = "an HTTP server listens there", "use grpcs://", "use grpc://"
	for name, test := range map[string]struct{ address, want string }{
		"TLS to a plaintext port":       {"grpcs://" + plain, usePlain + plain},
		"no scheme":                     {plain, "without a scheme is taken for grpcs://: use grpc://" + plain},
		"plaintext to a TLS port":       {"grpc://" + secure, useTLS + secure},
		"plaintext to a mutual port":    {"grpc://" + mutual, useTLS + mutual},
		"plaintext to HTTP":             {"grpc://" + page, http},
		"TLS to HTTP":                   {"grpcs://" + page, http},
		"no scheme, HTTP":               {page, http},
		"plaintext to HTTPS":            {"grpc://" + https, http},
		"plaintext to HTTPS, h2":        {"grpc://" + https2, useTLS},
		"TLS to HTTPS":                  {"grpcs://" + https, http},
		"TLS to HTTPS that speaks h2":   {"grpcs://" + https2, http},
		"gRPC, not the API":             {"grpc://" + bareGRPC(t), "doesn't serve the Remote Execution API"},
		"TLS with an unknown authority": {"grpcs://" + secure, "x509"},
		"unknown host":                  {"grpc://no-such-host.invalid:1", "no-such-host.invalid"},
		"unknown host, TLS":             {"grpcs://no-such-host.invalid", "no-such-host.invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := reach(t, test.address, func(o *rpc.Options) {
				o.Retries, o.Headers = 1, []string{"x-key=secret-of-mine"}
				o.Warn = func(string, string, ...any) {}
				if !strings.Contains(name, "unknown") {
					o.TLSCertificate = ca.CertFile
				}
			})
			wantError(t, test.want, err)
			wantError(t, test.address, err)
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Error(err)
			}
		})
	}
	t.Cleanup(func() {
		if leaked.Load() {
			t.Error("a web server got a secret")
		}
	})
}

// A proxy whose service is just being restarted takes connections and closes them.
// Nothing is wrong with its address, and the call is repeated.
func TestProxyOfRestartingService(t *testing.T) {
	t.Parallel()
	ca := must(reapitest.NewCA(t.TempDir(), "ca"))(t)
	pair := must(ca.Issue(reapitest.Cert{Name: "server", Hosts: []string{"127.0.0.1"}}))(t)
	servers := map[string]reapitest.Options{"grpc://": {}, "grpcs://": {TLS: must(pair.ServerTLS(nil))(t)}}
	for scheme, o := range servers {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, o)
			address := closesFirst(t, 3, s.Addr())
			err := reach(t, scheme+address, func(o *rpc.Options) { o.Retries, o.TLSCertificate = 5, ca.CertFile })
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// closesFirst returns an address that closes the first n connections, and passes
// later ones on to another address.
func closesFirst(t *testing.T, n int, to string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var passing sync.WaitGroup
	passing.Go(func() {
		for i := 0; ; i++ {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			if i < n {
				from.Close()
				continue
			}
			passing.Go(func() {
				defer from.Close()
				there, err := net.Dial("tcp", to)
				if err != nil {
					return
				}
				defer there.Close()
				passing.Go(func() { _, _ = io.Copy(there, from); there.Close() })
				_, _ = io.Copy(from, there)
			})
		}
	})
	t.Cleanup(passing.Wait)
	t.Cleanup(func() { listener.Close() })
	return listener.Addr().String()
}

// bareGRPC returns the address of a gRPC server without services.
func bareGRPC(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, served := grpc.NewServer(), make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		<-served
	})
	return listener.Addr().String()
}
