//go:build unix

package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"thinrex/go/internal/reapitest"
)

// If TLS fails, one warning gives the reason, and the link compiles here.
func TestTLS(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	dir := t.TempDir()
	ca, other := newCA(t, dir, "ca"), newCA(t, dir, "other")
	right := issue(t, ca, reapitest.Cert{Name: "right", Hosts: []string{"127.0.0.1"}})
	client := issue(t, ca, reapitest.Cert{Name: "client"})
	for name, tc := range map[string]struct {
		server  reapitest.Pair
		clients *reapitest.CA // whose certificates the server wants to see
		flags   []string
		prints  string // "" if all is well
	}{
		"right": {server: right, flags: []string{"TLS_CERTIFICATE=" + ca.CertFile}},
		"right, both": {
			server:  right,
			clients: ca,
			flags: []string{
				"TLS_CERTIFICATE=" + ca.CertFile,
				"TLS_CLIENT_CERTIFICATE=" + client.CertFile,
				"TLS_CLIENT_KEY=" + client.KeyFile,
			},
		},
		"wrong name": {
			server: issue(t, ca, reapitest.Cert{Name: "wrong", Hosts: []string{"example.com"}}),
			flags:  []string{"TLS_CERTIFICATE=" + ca.CertFile},
			prints: "x509: ",
		},
		"expired": {
			server: issue(t, ca, reapitest.Cert{Name: "expired", Hosts: []string{"127.0.0.1"}, Expired: true}),
			flags:  []string{"TLS_CERTIFICATE=" + ca.CertFile},
			prints: "certificate has expired",
		},
		"unknown CA": {
			server: right,
			flags:  []string{"TLS_CERTIFICATE=" + other.CertFile},
			prints: "certificate signed by unknown authority",
		},
		"system's CAs": {server: right, prints: "certificate signed by unknown authority"},
		"no client certificate": {
			server:  right,
			clients: ca,
			flags:   []string{"TLS_CERTIFICATE=" + ca.CertFile},
			prints:  "GetCapabilities: Unavailable",
		},
		"another's client certificate": {
			server:  right,
			clients: other,
			flags: []string{
				"TLS_CERTIFICATE=" + ca.CertFile,
				"TLS_CLIENT_CERTIFICATE=" + client.CertFile,
				"TLS_CLIENT_KEY=" + client.KeyFile,
			},
			prints: "GetCapabilities: Unavailable",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, err := tc.server.ServerTLS(tc.clients)
			if err != nil {
				t.Fatal(err)
			}
			server := reapitest.StartT(t, reapitest.Options{TLS: config, Execute: reapitest.RunCommands})
			s := w.site(t)
			s.with("REMOTE_EXECUTOR=grpcs://" + server.Addr())
			s.with("REMOTE_RETRIES=2")
			s.with(tc.flags...)
			got, printed := s.link()
			if tc.prints == "" {
				wantSummary(t, got, *remotely)
			} else {
				wantSummary(t, got, *here)
			}
			wantPrinted(t, printed, tc.prints)
			s.nothingLeft()
		})
	}
}

func newCA(t *testing.T, dir, name string) *reapitest.CA {
	t.Helper()
	ca, err := reapitest.NewCA(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func issue(t *testing.T, ca *reapitest.CA, c reapitest.Cert) reapitest.Pair {
	t.Helper()
	pair, err := ca.Issue(c)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// secret is a credential that may reach only the service.
const secret = "hunter2-and-more"

// authorized refuses calls without the secret.
func authorized(method string, header metadata.MD) error {
	for _, value := range header.Get("authorization") {
		if value == "Bearer "+secret {
			return nil
		}
	}
	return status.Error(codes.Unauthenticated, "who are you?")
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	reply := `echo '{"headers":{"Authorization":["Bearer ` + secret + `"]}}'`
	for name, tc := range map[string]struct {
		helper string // a shell script
		flags  []string
		prints string
	}{
		"helper": {helper: reply},
		"header": {flags: []string{"REMOTE_HEADER=Authorization=Bearer " + secret}},
		"expired, then not": {
			helper: "if mkdir asked-$(date +%N) && [ $(ls -d asked-* | wc -l) -le 1 ]; then " +
				`echo '{"headers":{"Authorization":["Bearer old"]}}'; else ` + reply + "; fi",
		},
		"nothing":        {prints: "who are you?"},
		"wrong header":   {flags: []string{"REMOTE_HEADER=Authorization=Bearer no" + secret}, prints: "who are you?"},
		"helper fails":   {helper: "echo no ticket >&2; exit 3", prints: "no ticket"},
		"helper is slow": {helper: "sleep 1000", flags: []string{"CREDENTIAL_HELPER_TIMEOUT=1s"}, prints: "helper"},
		"nonsense":       {helper: "echo Bearer " + secret, prints: "helper"},
		"elsewhere": {
			helper: reply,
			flags:  []string{"CREDENTIAL_HELPER=*.example.com=$DIR/helper"},
			prints: "who are you?",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands, Authorize: authorized})
			s := w.site(t)
			s.with("REMOTE_EXECUTOR=grpc://" + server.Addr())
			s.with("REMOTE_RETRIES=2", "CREDENTIAL_HELPER_TIMEOUT=2m")
			if tc.helper != "" {
				s.write("helper", "#!/bin/sh\ncd $DIR\n"+tc.helper+"\n")
				s.with("CREDENTIAL_HELPER=$DIR/helper")
			}
			s.with(tc.flags...)
			got, printed := s.link()
			if tc.prints == "" {
				wantSummary(t, got, *remotely)
			} else {
				wantSummary(t, got, *here)
			}
			wantPrinted(t, printed, tc.prints)
			if strings.Contains(printed, secret) || strings.Contains(s.run("cat summary"), secret) {
				t.Errorf("the secret is told: %q", printed)
			}
			s.nothingLeft()
		})
	}
}

// A credential helper that doesn't exist or a malformed address is the user's
// mistake: the link fails, and the message says what to do.
func TestRemoteUsage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tc := range []struct{ flag, prints string }{
		{"REMOTE_CACHE=http://localhost:1", "thinrex speaks gRPC only"},
		{"REMOTE_CACHE=grpc://me:" + secret + "@localhost:1", "holds no user name or password"},
		{"REMOTE_CACHE=grpc://", "isn't an address"},
		{"REMOTE_CACHE=grpc://localhost:1/x", "isn't an address"},
		{"REMOTE_CACHE=unix:", "unix: is without a path"},
		{"EXEC_STRATEGY=remote", "needs a --remote_executor"},
		{"CREDENTIAL_HELPER=" + filepath.Join(s.dir, "absent"), "absent"},
		{"TLS_CERTIFICATE=" + filepath.Join(s.dir, "absent"), "absent"},
		{"TLS_CLIENT_CERTIFICATE=" + filepath.Join(s.dir, "absent"), "TLS"},
		{"REMOTE_HEADER=" + secret, "NAME=VALUE"},
	} {
		site := *s
		if !strings.HasPrefix(tc.flag, "REMOTE_CACHE=") && !strings.HasPrefix(tc.flag, "EXEC") {
			site.with("REMOTE_CACHE=grpcs://localhost:1")
		}
		site.with(tc.flag)
		_, printed, err := site.tryLink()
		if err == nil || !strings.Contains(printed, tc.prints) || strings.Contains(printed, secret) ||
			!regexp.MustCompile(`(?m)^thinrex: `).MatchString(printed) {
			t.Errorf("%s: %v, printed %q, want %q", tc.flag, err, printed, tc.prints)
		}
	}
	s.nothingLeft()
}
