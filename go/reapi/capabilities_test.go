package reapi_test

import (
	"strings"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// A service that can't serve thinrex is given up, and the error says why.
func TestUnsuitableService(t *testing.T) {
	tests := map[string]struct {
		caps     func(*repb.ServerCapabilities)
		function digest.Function
		want     string
	}{
		"version 1": {want: "version 1.0 to 1.9", caps: func(c *repb.ServerCapabilities) {
			c.LowApiVersion.Major, c.HighApiVersion.Major, c.HighApiVersion.Minor = 1, 1, 9
		}},
		"version 3": {want: "version 3.0 to 3.0", caps: func(c *repb.ServerCapabilities) {
			c.LowApiVersion.Major, c.HighApiVersion.Major, c.HighApiVersion.Minor = 3, 3, 0
		}},
		"no BLAKE3": {want: "BLAKE3", function: digest.BLAKE3, caps: func(*repb.ServerCapabilities) {}},
		"only SHA1": {want: "[SHA1]", caps: func(c *repb.ServerCapabilities) {
			c.CacheCapabilities.DigestFunctions = []repb.DigestFunction_Value{repb.DigestFunction_SHA1}
		}},
		"workers with SHA1": {want: "[SHA1]", caps: func(c *repb.ServerCapabilities) {
			c.ExecutionCapabilities.DigestFunctions, c.ExecutionCapabilities.DigestFunction = nil, repb.DigestFunction_SHA1
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := reapitest.StartT(t, reapitest.Options{Capabilities: test.caps})
			c := dial(t, s, func(o *reapi.Options) { o.Function = test.function })
			_, err := c.Execute(within(t), newActionBy(t, test.function, "m"))
			wantDown(t, s, c, err, test.want)
		})
	}
	// A service that names neither versions nor digest functions is used.
	s := reapitest.StartT(t, reapitest.Options{Capabilities: func(c *repb.ServerCapabilities) {
		c.LowApiVersion, c.HighApiVersion, c.CacheCapabilities = nil, nil, nil
		c.ExecutionCapabilities = &repb.ExecutionCapabilities{ExecEnabled: true}
	}})
	execute(t, dial(t, s), newAction(t, "m"))
}

// A cache that is given as executor is used as a cache.
func TestCacheAsExecutor(t *testing.T) {
	t.Parallel()
	for name, caps := range map[string]func(*repb.ServerCapabilities){
		"not enabled": func(c *repb.ServerCapabilities) { c.ExecutionCapabilities.ExecEnabled = false },
		"none":        func(c *repb.ServerCapabilities) { c.ExecutionCapabilities = nil },
		"nameless":    func(c *repb.ServerCapabilities) { c.ExecutionCapabilities = &repb.ExecutionCapabilities{} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, reapitest.Options{Capabilities: caps})
			c := dial(t, s, func(o *reapi.Options) { o.Workers = true })
			a := newAction(t, "m")
			for range 2 {
				_, err := c.Execute(within(t), a)
				if err == nil || !strings.Contains(err.Error(), "--remote_cache="+at(s)) || c.Down() == nil {
					t.Errorf("%v, down: %v", err, c.Down())
				}
				if n := s.Calls("Execute"); n != 0 {
					t.Errorf("%d executions", n)
				}
			}
			if err := c.Store(within(t), a, soundResult()); err != nil || !c.Keeps() || c.Ready(within(t)) != nil {
				t.Errorf("%v, keeps: %v", err, c.Keeps())
			}
			if r, err := c.Lookup(within(t), a); r == nil || err != nil {
				t.Errorf("hit: %v, %v", r != nil, err)
			}
		})
	}
}

// The error names each of the service's digest functions once.
func TestErrorNamesDigestFunctionsOnce(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	c := dial(t, s, func(o *reapi.Options) { o.Function = digest.BLAKE3 })
	if err := c.Ready(within(t)); err == nil || !strings.Contains(err.Error(), "only [SHA256];") {
		t.Error(err)
	}
	many := reapitest.StartT(t, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) {
		caps.ExecutionCapabilities.DigestFunctions = []repb.DigestFunction_Value{
			repb.DigestFunction_SHA512, repb.DigestFunction_SHA1, repb.DigestFunction_SHA512, repb.DigestFunction_UNKNOWN,
		}
		caps.ExecutionCapabilities.DigestFunction = repb.DigestFunction_SHA1
	}})
	if err := dial(t, many).Ready(within(t)); err == nil || !strings.Contains(err.Error(), "only [SHA1 SHA512];") {
		t.Error(err)
	}
}
