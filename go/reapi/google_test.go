package reapi_test

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
	"thinrex/go/reapi"
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

// account writes a service account's file, and makes it the default.
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

// Google's default credentials are shown with each call, over TLS only, and
// said to nobody.
func TestGoogleDefaultCredentials(t *testing.T) {
	endpoint := newTokenEndpoint(t)
	endpoint.account(t)
	dir := t.TempDir()
	ca := must(reapitest.NewCA(dir, "ca"))(t)
	pair := must(ca.Issue(reapitest.Cert{Name: "server", Hosts: []string{"127.0.0.1"}}))(t)
	s := reapitest.StartT(t, reapitest.Options{TLS: must(pair.ServerTLS(nil))(t)})
	google := func(o *reapi.Options) {
		o.Executor, o.TLSCertificate, o.GoogleDefaultCredentials = "grpcs://"+s.Addr(), ca.CertFile, true
	}

	c := dial(t, s, google)
	execute(t, c, newAction(t, "m"))
	for _, call := range s.Requests("") {
		if got := call.Header.Get("authorization"); len(got) != 1 || got[0] != "Bearer googles-token" {
			t.Errorf("%s: %q", call.Method, got)
		}
	}
	if n := endpoint.asked.Load(); n != 1 {
		t.Errorf("%d tokens for one link", n)
	}
	s.Inject(reapitest.Fault{Method: "Execute", Code: codes.PermissionDenied, Message: "not with Bearer googles-token"})
	if _, err := c.Execute(within(t), newAction(t, "refused")); err == nil || strings.Contains(err.Error(), "googles-token") {
		t.Error(err)
	}

	endpoint.refuse.Store(true)
	if _, err := dial(t, s, google).Execute(within(t), newAction(t, "n")); err == nil || !strings.Contains(err.Error(), "no such account") {
		t.Error(err)
	}

	plain := func(o *reapi.Options) { o.Executor = "grpc://" + s.Addr() }
	if c, err := reapi.Dial(t.Context(), options(t, s, google, plain)); err == nil || !strings.Contains(err.Error(), "use grpcs://") {
		t.Errorf("%v, %v", c, err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", filepath.Join(dir, "absent.json"))
	if c, err := reapi.Dial(t.Context(), options(t, s, google)); err == nil || !strings.Contains(err.Error(), "absent.json") {
		t.Errorf("%v, %v", c, err)
	}
}
