//go:build unix

package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"thinrex/go/internal/reapitest"
	"thinrex/go/outage"
)

// outages returns the files by which compilations tell each other that a
// service can't be used.
func (s *site) outages() []string {
	s.t.Helper()
	files, err := filepath.Glob(s.path("cache/*/cc-*/down-*"))
	if err != nil {
		s.t.Fatal(err)
	}
	return files
}

// outageFile returns the only one.
func (s *site) outageFile() string {
	s.t.Helper()
	files := s.outages()
	if len(files) != 1 {
		s.t.Fatalf("outages: %q", files)
	}
	return files[0]
}

// after makes an outage as old as if so much time had passed.
func (s *site) after(d time.Duration) {
	s.t.Helper()
	if err := os.Chtimes(s.outageFile(), time.Time{}, time.Now().Add(-d)); err != nil {
		s.t.Fatal(err)
	}
}

// noted checks that an outage was noted since a moment, and makes it as new as
// it was then: this machine may have been too slow.
func (s *site) noted(since time.Time) {
	s.t.Helper()
	fi, err := os.Stat(s.outageFile())
	if err != nil {
		s.t.Fatal(err)
	}
	if fi.ModTime().Before(since.Truncate(time.Second)) {
		s.t.Errorf("an outage of %v, not of %v", fi.ModTime(), since)
	}
	s.after(0)
}

const cantUse = "can't use the remote cache, going on without"

// newDownSite returns a site whose remote cache is a stopped server.
func newDownSite(t *testing.T) (*site, *reapitest.Server) {
	t.Helper()
	server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
	server.Stop()
	s := newSite(t)
	s.with("REMOTE_CACHE=grpc://" + server.Addr())
	return s, server
}

func restart(t *testing.T, server *reapitest.Server) {
	t.Helper()
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
}

// A build prints one warning while its VPN is off, and uses the remote cache again
// a minute after it is on.
func TestCCOutage(t *testing.T) {
	t.Parallel()
	s, server := newDownSite(t)
	began := time.Now()
	wantPrinted(t, s.compile(0), cantUse)
	wantPrinted(t, s.compile(1), "")
	restart(t, server)
	s.noted(began)
	wantPrinted(t, s.compile(2), "")
	if n := server.Calls("GetCapabilities"); n != 0 {
		t.Errorf("%d calls within the minute", n)
	}
	s.after(2 * outage.Lasts)
	wantPrinted(t, s.compile(3), "")
	if files, asked := s.outages(), server.Calls("GetActionResult"); len(files) > 0 || asked == 0 {
		t.Errorf("after it: %q, %d lookups", files, asked)
	}
	s.forget()
	if printed := s.compile(3, "--verbose"); !strings.Contains(printed, "f3.c: remote hit") {
		t.Errorf("another machine: %q", printed)
	}
	s.nothingLeft()
}

// An outage for one user's credentials isn't one for another's.
func TestCCOutageOfOthers(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
	server.Inject(reapitest.Fault{Method: "GetActionResult", Code: codes.PermissionDenied, Times: 1})
	s := newSite(t)
	s.with("REMOTE_CACHE=grpc://" + server.Addr())
	wantPrinted(t, s.compile(0), cantUse)
	asked := server.Calls("GetActionResult")
	wantPrinted(t, s.compile(1, "--remote_header=authorization=right"), "")
	if server.Calls("GetActionResult") == asked {
		t.Error("not asked")
	}
}

// A service that refuses writes is still read.
func TestCCOutageOfWriting(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
	s := newSite(t)
	s.with("REMOTE_CACHE=grpc://" + server.Addr())
	wantPrinted(t, s.compile(0), "")
	server.Inject(reapitest.Fault{Method: "BatchUpdateBlobs", Code: codes.ResourceExhausted})
	s.with("REMOTE_RETRIES=0")
	began := time.Now()
	wantPrinted(t, s.compile(1), "can't write to the remote cache")
	calls := server.Calls("BatchUpdateBlobs")
	s.noted(began)
	wantPrinted(t, s.compile(2), "")
	if n := server.Calls("BatchUpdateBlobs") - calls; n != 0 {
		t.Errorf("%d more uploads", n)
	}
	s.run("rm -rf cache/ac cache/cas") // the results, not the outage
	if printed := s.compile(0, "--verbose"); !strings.Contains(printed, "f0.c: remote hit") {
		t.Errorf("printed %q", printed)
	}
}

// An outage that goes on is printed once for each build.
func TestCCLongOutage(t *testing.T) {
	t.Parallel()
	s, _ := newDownSite(t)
	wantPrinted(t, s.compile(0), cantUse)
	s.after(2 * outage.Lasts)
	began := time.Now()
	printed := s.compile(1, "--verbose")
	if !strings.Contains(printed, "still can't use the remote cache") || strings.Contains(printed, "warning") {
		t.Errorf("asking again: %q", printed)
	}
	s.noted(began)
	if printed := s.compile(2, "--verbose"); !strings.Contains(printed, "the remote cache isn't used") {
		t.Errorf("after that: %q", printed)
	}
	s.after(2 * outage.SameBuild)
	wantPrinted(t, s.compile(3), cantUse)
}

// Compilations that begin together print one warning.
func TestCCOutageForMany(t *testing.T) {
	t.Parallel()
	s, _ := newDownSite(t)
	printed := s.run("for i in 0 1 2 3; do $THINREX cc -- clang-22 -O2 -flto=thin -c f$i.c -o got$i.o & done; wait; " +
		"ls got*.o >got; test $(wc -l <got) = 4")
	wantPrinted(t, printed, cantUse)
}

// A build waits once for a service that never answers.
func TestCCSilentService(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var connections atomic.Int32
	var accepting sync.WaitGroup
	accepting.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			connections.Add(1)
		}
	})
	defer accepting.Wait()
	defer listener.Close()
	s := newSite(t)
	s.with("REMOTE_CACHE=grpc://"+listener.Addr().String(), "REMOTE_TIMEOUT=3s")
	began := time.Now()
	wantPrinted(t, s.compile(0), "no answer within 3s")
	eventually(t, "the first connection", func() bool { return connections.Load() > 0 })
	before := connections.Load()
	for _, module := range []int{1, 2} {
		s.noted(began)
		wantPrinted(t, s.compile(module), "")
	}
	if n := connections.Load() - before; n != 0 {
		t.Errorf("%d more connections", n)
	}

	// While one asks again, the others don't.
	s.after(2 * outage.Lasts)
	began = time.Now()
	asking := s.command("exec $THINREX cc -- clang-22 -O2 -flto=thin -c f3.c -o asking.o")
	if err := asking.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "another connection", func() bool { return connections.Load() > before })
	s.noted(began)
	printed := s.run("$THINREX cc --verbose -- clang-22 -O2 -flto=thin -c main.c -o got.o")
	if !strings.Contains(printed, "the remote cache isn't used") {
		t.Errorf("printed %q", printed)
	}
	if err := asking.Wait(); err != nil {
		t.Error(err)
	}
}
