package rpc_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi/rpc"
)

// A connection needs certificates that both sides accept.
func TestTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ca, other := must(reapitest.NewCA(dir, "ca"))(t), must(reapitest.NewCA(dir, "other"))(t)
	issue := func(ca *reapitest.CA, c reapitest.Cert) reapitest.Pair { return must(ca.Issue(c))(t) }
	server := issue(ca, reapitest.Cert{Name: "server", Hosts: []string{"127.0.0.1"}})
	elsewhere := issue(ca, reapitest.Cert{Name: "elsewhere", Hosts: []string{"example.com"}})
	expired := issue(ca, reapitest.Cert{Name: "old", Hosts: []string{"127.0.0.1"}, Expired: true})
	client := issue(other, reapitest.Cert{Name: "client"})
	stranger := issue(ca, reapitest.Cert{Name: "stranger"})
	tests := map[string]struct {
		server  reapitest.Pair
		clients *reapitest.CA // must have signed a client's certificate; nil for none needed
		trusted string
		client  reapitest.Pair
		want    string // in the error
	}{
		"good":                {server: server, trusted: ca.CertFile},
		"unknown CA":          {server: server, trusted: other.CertFile, want: "signed by unknown authority"},
		"no CA":               {server: server, want: "x509: "},
		"wrong name":          {server: elsewhere, trusted: ca.CertFile, want: "x509: cannot validate"},
		"expired":             {server: expired, trusted: ca.CertFile, want: "expired"},
		"client certificate":  {server: server, trusted: ca.CertFile, clients: other, client: client},
		"no client cert":      {server: server, trusted: ca.CertFile, clients: other, want: "Unavailable"},
		"unknown client cert": {server: server, trusted: ca.CertFile, clients: other, client: stranger, want: "Unavailable"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, reapitest.Options{TLS: must(test.server.ServerTLS(test.clients))(t)})
			service := must(dial(t, "grpcs://"+s.Addr(), func(o *rpc.Options) {
				o.TLSCertificate = test.trusted
				o.TLSClientCertificate, o.TLSClientKey = test.client.CertFile, test.client.KeyFile
			}))(t)
			err := capabilities(t, service)
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || service.Down() == nil {
				t.Errorf("want %q, got %v, down: %v", test.want, err, service.Down())
			}
		})
	}
}

func TestUnixSocket(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{Socket: socket(t)})
	for _, prefix := range []string{"unix:", "unix://"} {
		address := prefix + strings.TrimPrefix(s.Addr(), "unix:")
		err := reach(t, address, func(o *rpc.Options) {
			o.Headers = []string{"authorization=x"} // it stays on this machine, so there is no warning
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// socket returns a path that is short enough for a Unix socket.
func socket(t *testing.T) string {
	t.Helper()
	dir := must(os.MkdirTemp("", "rpc"))(t)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// Only the proxy resolves the service's name. The certificate is still the
// service's.
func TestProxy(t *testing.T) {
	ca := must(reapitest.NewCA(t.TempDir(), "ca"))(t)
	cert := must(ca.Issue(reapitest.Cert{Name: "server", Hosts: []string{"rbe.invalid"}}))(t)
	secure := reapitest.StartT(t, reapitest.Options{TLS: must(cert.ServerTLS(nil))(t)})
	plain := reapitest.StartT(t, reapitest.Options{})
	services := map[string]*reapitest.Server{"grpcs://rbe.invalid": secure, "grpc://rbe.invalid:1": plain}
	for address, s := range services {
		for _, prefix := range []string{"unix:", "unix://"} {
			proxy := prefix + forward(t, s.Addr())
			err := reach(t, address, func(o *rpc.Options) { o.Proxy, o.TLSCertificate = proxy, ca.CertFile })
			if err != nil {
				t.Error(err)
			}
		}
	}
}

// forward is a proxy: it listens on a Unix socket and passes connections on to an
// address.
func forward(t *testing.T, address string) (path string) {
	t.Helper()
	path = socket(t)
	listener := must(net.Listen("unix", path))(t)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", address)
			if err != nil {
				near.Close()
				return
			}
			for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
				wg.Go(func() {
					_, _ = io.Copy(way[0], way[1])
					near.Close()
					far.Close()
				})
			}
		}
	})
	t.Cleanup(func() {
		listener.Close()
		wg.Wait()
	})
	return path
}
