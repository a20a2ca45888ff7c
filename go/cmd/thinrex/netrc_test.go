//go:build unix

package main

import (
	"strings"
	"testing"

	"thinrex/go/internal/reapitest"
)

// A malformed .netrc costs one warning, and the service is called without it.
func TestMalformedNetrc(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
	s := newSite(t)
	s.write("netrc", "machine 127.0.0.1\nlogin me password a b "+secret+"\n")
	s.env = append(s.env, "NETRC="+s.path("netrc"))
	s.with("REMOTE_EXECUTOR=grpc://" + server.Addr())
	got, printed := s.link()
	wantSummary(t, got, *remotely)
	wantPrinted(t, printed, "going on without .netrc: "+s.path("netrc")+":2: ")
	if strings.Contains(printed, secret) {
		t.Errorf("the secret is told: %q", printed)
	}
}
