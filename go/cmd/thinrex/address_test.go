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
		says            string
	}{
		"TLS to a plaintext port": {executor: "grpcs://" + server.Addr(), says: "use grpc://" + server.Addr()},
		"no scheme":               {executor: server.Addr(), says: "use grpc://" + server.Addr()},
		"an HTTP port": {
			executor: "grpc://" + page.Listener.Addr().String(), says: "give the port on which the service does",
		},
		"an unknown host":  {executor: "grpc://no-such-host.invalid:1", says: "no-such-host.invalid"},
		"executor is down": {executor: "grpc://" + away.Addr(), says: "refused"},
		"executor is down, cache is up": {
			executor: "grpc://" + away.Addr(), cache: "grpc://" + server.Addr(), says: "refused",
		},
		"a cache as executor": {
			executor: "grpc://" + cacheOnly.Addr(), says: "give it as --remote_cache=grpc://" + cacheOnly.Addr(),
		},
		"a cache as executor beside a cache": {
			executor: "grpc://" + cacheOnly.Addr(), cache: "grpc://" + server.Addr(), says: "give it as --remote_cache=",
		},
		"other digests": {executor: "grpc://" + sha1.Addr(), says: `only \[SHA1\]`},
	} {
		for _, strategy := range []string{"remote_local_fallback", "remote", "racing"} {
			t.Run(name+", "+strategy, func(t *testing.T) {
				t.Parallel()
				s := w.site(t)
				s.with("REMOTE_EXECUTOR="+test.executor, "REMOTE_CACHE="+test.cache, "EXEC_STRATEGY="+strategy, "REMOTE_RETRIES=1",
					"REMOTE_HEADER=x-key=secret-of-mine", "ACTION_ENV=OF="+strings.ReplaceAll(t.Name(), " ", "_"))
				_, said, err := s.tryLink()
				if (err != nil) != (strategy == "remote") || strings.Contains(said, "secret") {
					t.Errorf("%v, %s", err, said)
				}
				said = regexp.MustCompile(`(?m)^thinrex: warning: [^\n]* isn't encrypted[^\n]*\n`).ReplaceAllString(said, "")
				ours := regexp.MustCompile("(?m)^thinrex: .*$").FindAllString(said, -1)
				if len(ours) != 1 || !regexp.MustCompile(test.says).MatchString(ours[0]) {
					t.Errorf("said %q, want one line of ours with %q", said, test.says)
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
	got, said := s.link()
	wantSummary(t, got, report.Summary{Local: every, Fallbacks: every})
	wantSaid(t, said, "--remote_cache=grpc://"+server.Addr())
	s.forget()
	got, said = s.link()
	wantSummary(t, got, report.Summary{Hits: every, RemoteHits: every})
	wantSaid(t, said, "")
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
		says    string
		stored  bool
	}{
		"cache alone":        {options: []string{cache}, says: "are stored in grpc://" + server.Addr(), stored: true},
		"cache alone, never": {options: []string{cache, "REMOTE_UPLOAD_LOCAL_RESULTS=false"}, says: "=false"},
		"executor as cache":  {options: []string{executor, "EXEC_STRATEGY=local"}, says: "workers store theirs"},
		"executor, always": {
			options: []string{executor, "EXEC_STRATEGY=local", "REMOTE_UPLOAD_LOCAL_RESULTS=true"},
			says:    "are stored in", stored: true,
		},
		"a cache for reading": {
			options: []string{"REMOTE_CACHE=grpc://" + readOnly.Addr()},
			says:    "it doesn't allow that to this user",
		},
		"a cache beside workers": {
			options: []string{cache, "REMOTE_EXECUTOR=grpc://" + readOnly.Addr(), "EXEC_STRATEGY=local"},
			says:    "workers store theirs",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := w.site(t)
			s.with(append(test.options, "VERBOSE=true", "ACTION_ENV=OF="+strings.ReplaceAll(t.Name(), " ", "_"))...)
			_, said := s.link()
			if n := strings.Count(said, "results compiled here are"); n != 1 || !strings.Contains(said, test.says) {
				t.Errorf("said %q, want once %q", said, test.says)
			}
			s.forget()
			if got, _ := s.link(); (got.RemoteHits == every) != test.stored {
				t.Errorf("%d remote hits, want all: %v", got.RemoteHits, test.stored)
			}
		})
	}
}
