package reapi_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// Each call names thinrex, the link and its action.
func TestRequestMetadata(t *testing.T) {
	s := journeyed(t, 0)
	c := dial(t, s, storing)
	a := newAction(t, "m", input("large", noise("m", 5000)), input("small", []byte("m")))
	a.Subject = "dir/\xff m.o"
	if err := journeyOf(within(t), c, a); err != nil {
		t.Fatal(err)
	}
	perAction := []string{"GetActionResult", "UpdateActionResult", "Execute", "Read", "BatchReadBlobs"}
	for _, call := range s.Requests("") {
		m := call.Metadata
		tool := m.GetToolDetails()
		if tool.GetToolName() != "thinrex" || tool.GetToolVersion() != "1.2.3" ||
			m.GetToolInvocationId() != "this-link" || m.GetActionMnemonic() != "Backend" {
			t.Errorf("%s: %v", call.Method, m)
		}
		if slices.Contains(perAction, call.Method) && (m.GetActionId() != a.Digest.Hash || m.GetTargetId() != "dir/? m.o") {
			t.Errorf("%s: action %q, target %q", call.Method, m.GetActionId(), m.GetTargetId())
		}
		if agent := call.Header.Get("user-agent"); len(agent) != 1 || !strings.HasPrefix(agent[0], "thinrex/1.2.3") {
			t.Errorf("%s: user agent %q", call.Method, agent)
		}
	}
}

// A header for one service isn't sent to the other.
func TestHeadersOfEachService(t *testing.T) {
	headers := func(o *reapi.Options) {
		o.Headers = []string{"x-all=all", "X-Twice=1", "x-twice=2"}
		o.CacheHeaders, o.ExecHeaders = []string{"x-cache=cache"}, []string{"x-exec=exec"}
	}
	both := func(o *reapi.Options) {
		o.CacheHeaders = append(o.CacheHeaders, "x-both=cache")
		o.ExecHeaders = append(o.ExecHeaders, "x-both=exec")
	}
	check := func(t *testing.T, s *reapitest.Server, cache, exec string) {
		t.Helper()
		calls := s.Requests("")
		if len(calls) == 0 {
			t.Error("not called")
		}
		for _, call := range calls {
			var got []string
			for _, name := range []string{"x-all", "x-twice", "x-cache", "x-exec"} {
				got = append(got, strings.Join(call.Header.Get(name), ","))
			}
			if !slices.Equal(got, []string{"all", "1,2", cache, exec}) {
				t.Errorf("%s: %q", call.Method, got)
			}
		}
	}
	t.Run("one service", func(t *testing.T) {
		s := journeyed(t, 0)
		s.Inject(reapitest.Fault{Method: "Execute", CutAfter: 1, Times: 1}) // so that there is a WaitExecution
		if err := journey(within(t), t, dial(t, s, storing, headers, both), "m"); err != nil {
			t.Fatal(err)
		}
		for _, method := range append(methods, "WaitExecution") {
			want := []string{"cache", "", "cache"}
			switch method {
			case "GetCapabilities":
				want = []string{"cache", "exec", "exec"}
			case "Execute", "WaitExecution":
				want = []string{"", "exec", "exec"}
			}
			calls := s.Requests(method)
			if len(calls) == 0 {
				t.Errorf("%s wasn't called", method)
			}
			for _, call := range calls {
				for i, name := range []string{"x-cache", "x-exec", "x-both"} {
					if got := strings.Join(call.Header.Get(name), ","); got != want[i] {
						t.Errorf("%s: %s %q, want %q", method, name, got, want[i])
					}
				}
			}
		}
	})
	t.Run("two services", func(t *testing.T) {
		cache, exec := reapitest.StartT(t, reapitest.Options{}), reapitest.StartT(t, reapitest.Options{})
		exec.Inject(reapitest.Fault{Method: "Execute", Code: codes.InvalidArgument}) // it doesn't share the CAS
		c := dial(t, exec, headers, func(o *reapi.Options) { o.Cache = at(cache) })
		a := newAction(t, "m")
		if _, err := c.Lookup(within(t), a); err != nil {
			t.Error(err)
		}
		if _, err := c.Execute(within(t), a); err == nil {
			t.Error("executed in the cache")
		}
		check(t, cache, "cache", "")
		check(t, exec, "", "exec")
		if n := cache.Calls("Execute") + exec.Calls("FindMissingBlobs") + exec.Calls("GetActionResult"); n != 0 {
			t.Errorf("%d calls went to the wrong service", n)
		}
	})
	t.Run("a cache alone", func(t *testing.T) {
		s := reapitest.StartT(t, reapitest.Options{})
		c := dial(t, s, headers, func(o *reapi.Options) { o.Cache, o.Executor = o.Executor, "" })
		if _, err := c.Lookup(within(t), newAction(t, "m")); err != nil {
			t.Error(err)
		}
		check(t, s, "cache", "")
	})
}

// If the executor goes, the cache is still used.
func TestOneOfTwoServicesDown(t *testing.T) {
	cache, exec := reapitest.StartT(t, reapitest.Options{}), reapitest.StartT(t, reapitest.Options{})
	c := dial(t, exec, storing, func(o *reapi.Options) { o.Cache = at(cache) })
	exec.Stop()
	a := newAction(t, "m")
	if _, err := c.Execute(within(t), a); err == nil || c.Down() == nil || !strings.Contains(c.Down().Error(), at(exec)) {
		t.Errorf("%v, down: %v", err, c.Down())
	}
	if err := c.Store(within(t), a, soundResult()); err != nil {
		t.Error(err)
	}
	if r, err := c.Lookup(within(t), a); r == nil || err != nil {
		t.Errorf("hit: %v, %v", r != nil, err)
	}
}

// No error shows what a header holds, however a call fails.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	with := func(header string) edit {
		return func(o *reapi.Options) { o.Headers = []string{header} }
	}
	s := reapitest.StartT(t, reapitest.Options{})
	stopped := reapitest.StartT(t, reapitest.Options{})
	stopped.Stop()
	refusing := reapitest.StartT(t, reapitest.Options{})
	refusing.Inject(reapitest.Fault{Code: codes.Unauthenticated, Message: "who are you?"})
	tests := map[string]struct {
		s    *reapitest.Server
		edit edit
	}{
		"stopped": {stopped, with("authorization=" + secret)},
		"refused": {refusing, with("authorization=" + secret)},
		"no TLS there": {s, func(o *reapi.Options) {
			o.Executor, o.Headers = "grpcs://"+s.Addr(), []string{"authorization=" + secret}
		}},
		"no name":          {s, with(secret)},
		"empty name":       {s, with("=" + secret)},
		"gRPC's name":      {s, with("grpc-timeout=" + secret)},
		"unsendable value": {s, with("authorization=" + secret + "\x00\n")},
		"unsendable name":  {s, with("a\x01=" + secret)},
		"address":          {s, func(o *reapi.Options) { o.Executor = "https://me:" + secret + "@host" }},
		"address 2":        {s, func(o *reapi.Options) { o.Cache = "grpcs://me:" + secret + "@host/x" }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := reapi.Dial(t.Context(), options(t, test.s, test.edit))
			if err == nil {
				_, err = c.Execute(within(t), newAction(t, "m"))
				if down := c.Down(); err == nil || down == nil {
					t.Errorf("error %v, down: %v", err, down)
				} else {
					err = errors.Join(err, down)
				}
				if err := c.Close(); err != nil {
					t.Error(err)
				}
			}
			if err == nil || strings.Contains(err.Error(), secret) {
				t.Errorf("want an error without the secret: %v", err)
			}
		})
	}
}
