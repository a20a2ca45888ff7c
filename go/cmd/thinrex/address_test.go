//go:build unix

package main

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/internal/reapitest"
	"thinrex/go/report"
)

// For an address that is wrong, or a service that is down, a link prints one line
// that says what to do, however many jobs it has. Only with
// --exec_strategy=remote does the link fail.
func TestWrongAddressIsOneLine(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
	cacheOnly := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
	sha1 := reapitest.StartT(t, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) {
		sha1 := []repb.DigestFunction_Value{repb.DigestFunction_SHA1}
		caps.CacheCapabilities.DigestFunctions = sha1
		caps.ExecutionCapabilities.DigestFunctions, caps.ExecutionCapabilities.DigestFunction = sha1, sha1[0]
	}})
	away := reapitest.StartT(t, reapitest.Options{})
	away.Stop()
	page := httptest.NewServer(nil)
	t.Cleanup(page.Close)
	for name, test := range map[string]struct {
		executor, cache string
		prints          string
	}{
		"TLS to a plaintext port": {executor: "grpcs://" + server.Addr(), prints: "use grpc://" + server.Addr()},
		"no scheme":               {executor: server.Addr(), prints: "use grpc://" + server.Addr()},
		"an HTTP port": {
			executor: "grpc://" + page.Listener.Addr().String(), prints: "give the port on which the service does",
		},
		"an unknown host":  {executor: "grpc://no-such-host.invalid:1", prints: "no-such-host.invalid"},
		"executor is down": {executor: "grpc://" + away.Addr(), prints: "refused"},
		"executor is down, cache is up": {
			executor: "grpc://" + away.Addr(), cache: "grpc://" + server.Addr(), prints: "refused",
		},
		"a cache as executor": {
			executor: "grpc://" + cacheOnly.Addr(), prints: "give it as --remote_cache=grpc://" + cacheOnly.Addr(),
		},
		"a cache as executor beside a cache": {
			executor: "grpc://" + cacheOnly.Addr(), cache: "grpc://" + server.Addr(), prints: "give it as --remote_cache=",
		},
		"other digests": {executor: "grpc://" + sha1.Addr(), prints: `only \[SHA1\]`},
	} {
		for _, strategy := range []string{"remote_local_fallback", "remote", "racing"} {
			t.Run(name+", "+strategy, func(t *testing.T) {
				t.Parallel()
				s := w.site(t)
				s.with("REMOTE_EXECUTOR="+test.executor, "REMOTE_CACHE="+test.cache, "EXEC_STRATEGY="+strategy, "REMOTE_RETRIES=1",
					"REMOTE_HEADER=x-key=secret-of-mine", "ACTION_ENV=OF="+strings.ReplaceAll(t.Name(), " ", "_"))
				_, printed, err := s.tryLink()
				if (err != nil) != (strategy == "remote") || strings.Contains(printed, "secret") {
					t.Errorf("%v, %s", err, printed)
				}
				printed = regexp.MustCompile(`(?m)^thinrex: warning: [^\n]* isn't encrypted[^\n]*\n`).ReplaceAllString(printed, "")
				ours := regexp.MustCompile("(?m)^thinrex: .*$").FindAllString(printed, -1)
				if len(ours) != 1 || !regexp.MustCompile(test.prints).MatchString(ours[0]) {
					t.Errorf("printed %q, want one line of ours with %q", printed, test.prints)
				}
				s.nothingLeft()
			})
		}
	}
}

// A service that only caches may be given as --remote_executor: it still caches,
// and the second machine compiles nothing.
func TestCacheAsExecutor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
	s.with("REMOTE_EXECUTOR=grpc://" + server.Addr())
	got, printed := s.link()
	wantSummary(t, got, report.Summary{Local: every, Fallbacks: every})
	wantPrinted(t, printed, "--remote_cache=grpc://"+server.Addr())
	s.forget()
	got, printed = s.link()
	wantSummary(t, got, report.Summary{Hits: every, RemoteHits: every})
	wantPrinted(t, printed, "")
}

// What is compiled here is stored in the service if the user gives only
// --remote_cache, even if that service could execute. With --verbose the link says
// where its results are stored.
func TestWhereLocalResultsAreStored(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
	readOnly := reapitest.StartT(t, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) {
		caps.CacheCapabilities.ActionCacheUpdateCapabilities = nil
	}})
	cache, executor := "REMOTE_CACHE=grpc://"+server.Addr(), "REMOTE_EXECUTOR=grpc://"+server.Addr()
	for name, test := range map[string]struct {
		options []string
		prints  string
		stored  bool
	}{
		"cache alone":        {options: []string{cache}, prints: "are stored in grpc://" + server.Addr(), stored: true},
		"cache alone, never": {options: []string{cache, "REMOTE_UPLOAD_LOCAL_RESULTS=false"}, prints: "=false"},
		"executor as cache":  {options: []string{executor, "EXEC_STRATEGY=local"}, prints: "workers store theirs"},
		"executor, always": {
			options: []string{executor, "EXEC_STRATEGY=local", "REMOTE_UPLOAD_LOCAL_RESULTS=true"},
			prints:  "are stored in", stored: true,
		},
		"a cache for reading": {
			options: []string{"REMOTE_CACHE=grpc://" + readOnly.Addr()},
			prints:  "it doesn't allow that to this user",
		},
		"a cache beside workers": {
			options: []string{cache, "REMOTE_EXECUTOR=grpc://" + readOnly.Addr(), "EXEC_STRATEGY=local"},
			prints:  "workers store theirs",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := w.site(t)
			s.with(append(test.options, "VERBOSE=true", "ACTION_ENV=OF="+strings.ReplaceAll(t.Name(), " ", "_"))...)
			_, printed := s.link()
			if n := strings.Count(printed, "results compiled here are"); n != 1 || !strings.Contains(printed, test.prints) {
				t.Errorf("printed %q, want once %q", printed, test.prints)
			}
			s.forget()
			if got, _ := s.link(); (got.RemoteHits == every) != test.stored {
				t.Errorf("%d remote hits, want all: %v", got.RemoteHits, test.stored)
			}
		})
	}
}
