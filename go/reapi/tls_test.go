package reapi_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// must is for what a test doesn't expect to fail.
func must[V any](v V, err error) func(testing.TB) V {
	return func(t testing.TB) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	ca, other := must(reapitest.NewCA(dir, "ca"))(t), must(reapitest.NewCA(dir, "other"))(t)
	issue := func(ca *reapitest.CA, c reapitest.Cert) reapitest.Pair { return must(ca.Issue(c))(t) }
	server := issue(ca, reapitest.Cert{Name: "server", Hosts: []string{"127.0.0.1"}})
	tests := map[string]struct {
		server  reapitest.Pair
		clients *reapitest.CA // asks for a client's certificate
		trusted string
		client  reapitest.Pair
		want    string // in the error
	}{
		"good":       {server: server, trusted: ca.CertFile},
		"unknown CA": {server: server, trusted: other.CertFile, want: "x509: certificate signed by unknown authority"},
		"no CA":      {server: server, want: "x509: "},
		"wrong name": {
			server: issue(ca, reapitest.Cert{Name: "elsewhere", Hosts: []string{"example.com"}}), trusted: ca.CertFile, want: "x509: cannot validate",
		},
		"expired": {
			server:  issue(ca, reapitest.Cert{Name: "old", Hosts: []string{"127.0.0.1"}, Expired: true}),
			trusted: ca.CertFile, want: "expired",
		},
		"client's certificate":         {server: server, trusted: ca.CertFile, clients: other, client: issue(other, reapitest.Cert{Name: "client"})},
		"no client's certificate":      {server: server, trusted: ca.CertFile, clients: other, want: "Unavailable"},
		"another client's certificate": {server: server, trusted: ca.CertFile, clients: other, client: issue(ca, reapitest.Cert{Name: "stranger"}), want: "Unavailable"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, reapitest.Options{TLS: must(test.server.ServerTLS(test.clients))(t)})
			c := dial(t, s, func(o *reapi.Options) {
				o.Executor, o.TLSCertificate = "grpcs://"+s.Addr(), test.trusted
				o.TLSClientCertificate, o.TLSClientKey = test.client.CertFile, test.client.KeyFile
			})
			r, err := c.Execute(within(t), newAction(t, "m"))
			if test.want == "" {
				if err != nil || r == nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || c.Down() == nil {
				t.Errorf("want %q, got %v, down: %v", test.want, err, c.Down())
			}
		})
	}
}

// What can't be right is said by Dial, and what it has started ends.
func TestUnusableOptions(t *testing.T) {
	dir := t.TempDir()
	ca := must(reapitest.NewCA(dir, "ca"))(t)
	pair := must(ca.Issue(reapitest.Cert{Name: "client"}))(t)
	nonsense := filepath.Join(dir, "nonsense.pem")
	if err := os.WriteFile(nonsense, []byte("nonsense"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		edit edit
		want string
	}{
		"address":         {func(o *reapi.Options) { o.Executor = "http://cache" }, "--remote_executor=http://cache"},
		"other address":   {func(o *reapi.Options) { o.Cache = "http://cache" }, "--remote_cache=http://cache"},
		"header":          {func(o *reapi.Options) { o.Headers = []string{"x"} }, "NAME=VALUE"},
		"no CA":           {func(o *reapi.Options) { o.TLSCertificate = filepath.Join(dir, "no.pem") }, "no.pem"},
		"CA is nonsense":  {func(o *reapi.Options) { o.TLSCertificate = nonsense }, "nonsense.pem"},
		"key is missing":  {func(o *reapi.Options) { o.TLSClientCertificate = pair.CertFile }, "must be given together"},
		"key is nonsense": {func(o *reapi.Options) { o.TLSClientCertificate, o.TLSClientKey = pair.CertFile, nonsense }, "nonsense.pem"},
	} {
		mine := &tokens{}
		c, err := reapi.Dial(t.Context(), options(t, nil, func(o *reapi.Options) { o.Executor = "grpcs://127.0.0.1:1" }, mine.use, test.edit))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
		if c != nil {
			t.Errorf("%s: a client, too", name)
		}
		if asked := name != "address" && name != "header" && name != "key is missing"; asked && mine.closed.Load() != 1 {
			t.Errorf("%s: credentials closed %d times", name, mine.closed.Load())
		}
	}
}

func TestUnixSocket(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{Socket: socket(t)})
	for _, prefix := range []string{"unix:", "unix://"} {
		execute(t, dial(t, s, func(o *reapi.Options) {
			o.Executor = prefix + strings.TrimPrefix(s.Addr(), "unix:")
			o.Headers = []string{"authorization=x"} // stays here, so no warning
		}), newAction(t, prefix))
	}
}

// socket returns a path that is short enough for a Unix socket.
func socket(t *testing.T) string {
	t.Helper()
	dir := must(os.MkdirTemp("", "reapi"))(t)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// With a proxy, it alone knows where a service is; a certificate is still the
// service's.
func TestProxy(t *testing.T) {
	ca := must(reapitest.NewCA(t.TempDir(), "ca"))(t)
	cert := must(ca.Issue(reapitest.Cert{Name: "server", Hosts: []string{"rbe.invalid"}}))(t)
	secure := reapitest.StartT(t, reapitest.Options{TLS: must(cert.ServerTLS(nil))(t)})
	plain := reapitest.StartT(t, reapitest.Options{})
	for executor, s := range map[string]*reapitest.Server{"grpcs://rbe.invalid": secure, "grpc://rbe.invalid:1": plain} {
		for _, prefix := range []string{"unix:", "unix://"} {
			proxy := prefix + forward(t, s.Addr())
			execute(t, dial(t, s, func(o *reapi.Options) {
				o.Executor, o.Proxy, o.TLSCertificate = executor, proxy, ca.CertFile
			}), newAction(t, executor))
		}
	}
}

// forward listens on a Unix socket and passes connections on to an address.
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
