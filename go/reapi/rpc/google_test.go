package rpc_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc/codes"

	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi/rpc"
)

// A tokenEndpoint is where a service account gets its tokens.
type tokenEndpoint struct {
	*httptest.Server
	asked  atomic.Int32
	refuse atomic.Bool
}

func newTokenEndpoint(t *testing.T) *tokenEndpoint {
	e := &tokenEndpoint{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.asked.Add(1)
		if e.refuse.Load() || r.FormValue("assertion") == "" {
			http.Error(w, "no such account", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token": "googles-token", "token_type": "Bearer", "expires_in": 3600}`)
	}))
	t.Cleanup(e.Close)
	return e
}

// account writes the key file of a service account, and makes it the default.
func (e *tokenEndpoint) account(t *testing.T) {
	key := must(rsa.GenerateKey(rand.Reader, 2048))(t)
	der := must(x509.MarshalPKCS8PrivateKey(key))(t)
	account := must(json.Marshal(map[string]string{
		"type": "service_account", "client_email": "link@example.com", "token_uri": e.URL,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	}))(t)
	path := filepath.Join(t.TempDir(), "account.json")
	if err := os.WriteFile(path, account, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", path)
}

// Google's default credentials are sent with each call, over TLS only, and no
// error shows them.
func TestGoogleDefaultCredentials(t *testing.T) {
	endpoint := newTokenEndpoint(t)
	endpoint.account(t)
	dir := t.TempDir()
	ca := must(reapitest.NewCA(dir, "ca"))(t)
	pair := must(ca.Issue(reapitest.Cert{Name: "server", Hosts: []string{"127.0.0.1"}}))(t)
	s := reapitest.StartT(t, reapitest.Options{TLS: must(pair.ServerTLS(nil))(t)})
	address := "grpcs://" + s.Addr()
	google := func(o *rpc.Options) { o.TLSCertificate, o.GoogleDefaultCredentials = ca.CertFile, true }

	service := must(dial(t, address, google))(t)
	for range 3 {
		if err := capabilities(t, service); err != nil {
			t.Fatal(err)
		}
	}
	for _, call := range s.Requests("") {
		if got := call.Header.Get("authorization"); len(got) != 1 || got[0] != "Bearer googles-token" {
			t.Errorf("%s: %q", call.Method, got)
		}
	}
	if n := endpoint.asked.Load(); n != 1 {
		t.Errorf("%d tokens for one link", n)
	}
	s.Inject(reapitest.Fault{Code: codes.PermissionDenied, Message: "not with Bearer googles-token"})
	if err := capabilities(t, service); err == nil || strings.Contains(err.Error(), "googles-token") {
		t.Error(err)
	}

	endpoint.refuse.Store(true)
	wantError(t, "no such account", reach(t, address, google))
	wantError(t, "use grpcs://", reach(t, "grpc://"+s.Addr(), google))
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", filepath.Join(dir, "absent.json"))
	wantError(t, "absent.json", reach(t, address, google))
}

func wantError(t *testing.T, want string, err error) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
}
