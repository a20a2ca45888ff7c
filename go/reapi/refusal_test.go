package reapi_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// tokens are credentials that get newer when they are asked for anew.
type tokens struct{ newest, closed atomic.Int32 }

func (c *tokens) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": fmt.Sprint("token ", c.newest.Load())}, nil
}

func (c *tokens) RequireTransportSecurity() bool { return false }
func (c *tokens) Forget()                        { c.newest.Add(1) }
func (c *tokens) Close()                         { c.closed.Add(1) }

func (c *tokens) use(o *reapi.Options) {
	o.Credentials = func(host string) (reapi.Credentials, error) { return c, nil }
}

// oldest returns what refuses tokens before a number.
func oldest(n *atomic.Int32) func(string, metadata.MD) error {
	return func(_ string, header metadata.MD) error {
		var token int32
		if _, err := fmt.Sscanf(strings.Join(header.Get("authorization"), ""), "token %d", &token); err != nil || token < n.Load() {
			return status.Error(codes.Unauthenticated, "who are you?")
		}
		return nil
	}
}

// Credentials that have expired, before the link or during it, are asked for
// anew, also where another attempt failed for another reason.
func TestExpiredCredentials(t *testing.T) {
	var valid atomic.Int32
	valid.Store(1)
	var hiccup atomic.Bool
	s := reapitest.StartT(t, reapitest.Options{Authorize: func(method string, header metadata.MD) error {
		if hiccup.Swap(false) {
			return status.Error(codes.Unavailable, "just now")
		}
		return oldest(&valid)(method, header)
	}})
	mine := &tokens{}
	t.Cleanup(func() { // after dial's
		if n := mine.closed.Load(); n != 1 {
			t.Errorf("closed %d times", n)
		}
	})
	c := dial(t, s, mine.use)
	execute(t, c, newAction(t, "before"))
	valid.Store(2)
	execute(t, c, newAction(t, "after"))
	valid.Store(3)
	hiccup.Store(true)
	execute(t, c, newAction(t, "after a hiccup"))
	if n := mine.newest.Load(); n != 3 {
		t.Errorf("asked for anew %d times", n)
	}
	valid.Store(100)
	if _, err := c.Execute(within(t), newAction(t, "no more")); status.Code(err) != codes.Unauthenticated {
		t.Error(err)
	}
}

// A service that never takes what it is shown is given up at once.
func TestUnauthenticated(t *testing.T) {
	var valid atomic.Int32
	valid.Store(1 << 30)
	for _, with := range []bool{true, false} {
		t.Run(fmt.Sprintf("credentials %v", with), func(t *testing.T) {
			s := reapitest.StartT(t, reapitest.Options{Authorize: oldest(&valid)})
			mine, calls := &tokens{}, 2
			use := mine.use
			if !with {
				use, calls = func(*reapi.Options) {}, 1
			}
			c := dial(t, s, use)
			_, err := c.Execute(within(t), newAction(t, "m"))
			wantDown(t, s, c, err, "Unauthenticated", "who are you?")
			if n := len(s.Requests("")); n > calls {
				t.Errorf("%d calls", n)
			}
		})
	}
}

// A credential helper that fails is a refusal, too, and its words are shown.
func TestNoCredentials(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	c := dial(t, s, func(o *reapi.Options) {
		o.Credentials = func(string) (reapi.Credentials, error) { return failing{&tokens{}}, nil }
	})
	_, err := c.Execute(within(t), newAction(t, "m"))
	wantDown(t, s, c, err, "Unauthenticated", "helper: no such user")
}

type failing struct{ *tokens }

func (failing) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return nil, status.Error(codes.Unauthenticated, "helper: no such user")
}

// Who may not write may still read, and have actions executed.
func TestReadOnlyActionCache(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	s.Inject(reapitest.Fault{Method: "UpdateActionResult", Code: codes.PermissionDenied, Message: "readers only"})
	c := dial(t, s, storing)
	a := newAction(t, "m")
	r := execute(t, c, a)
	if err := c.Store(within(t), a, r); status.Code(err) != codes.PermissionDenied || !strings.Contains(err.Error(), "readers only") {
		t.Error(err)
	}
	if r, err := c.Lookup(within(t), a); r == nil || err != nil || c.Down() != nil {
		t.Errorf("hit: %v, %v, down: %v", r != nil, err, c.Down())
	}
}

// Executing is refused to some, who may still read: what is on its way to be
// executed ends, and nothing else.
func TestExecutionRefused(t *testing.T) {
	for _, code := range []codes.Code{codes.PermissionDenied, codes.Unauthenticated} {
		t.Run(code.String(), func(t *testing.T) {
			s := reapitest.StartT(t, reapitest.Options{})
			known, waiting := newAction(t, "known"), newAction(t, "waiting", input("m.o", noise("m", 1000)))
			execute(t, dial(t, s), known)
			s.Inject(reapitest.Fault{Method: "Execute", Code: code, Message: "readers only"})
			c := dial(t, s)
			s.Inject(reapitest.Fault{Method: "FindMissingBlobs", Hang: true, Times: 1})
			before, asked := s.Calls("Execute"), s.Calls("FindMissingBlobs")
			waited := make(chan error, 1)
			go func() {
				_, err := c.Execute(within(t), waiting)
				waited <- err
			}()
			if err := s.WaitCalls(within(t), "FindMissingBlobs", asked+1); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Execute(within(t), newAction(t, "m")); status.Code(err) != code || !strings.Contains(err.Error(), "readers only") {
				t.Error(err)
			}
			if err := <-waited; status.Code(err) != code {
				t.Error(err)
			}
			if _, err := c.Execute(within(t), newAction(t, "later")); status.Code(err) != code {
				t.Error(err)
			}
			if down := c.Down(); down == nil || !strings.Contains(down.Error(), "Execute: "+code.String()) || s.Calls("Execute") != before+1 {
				t.Errorf("down: %v, %d calls", down, s.Calls("Execute")-before)
			}
			if r, err := c.Lookup(within(t), known); r == nil || err != nil {
				t.Errorf("hit: %v, %v", r != nil, err)
			}
		})
	}
}

// A service that can't serve us says why, and is given up.
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
	// What says little is taken as it comes.
	s := reapitest.StartT(t, reapitest.Options{Capabilities: func(c *repb.ServerCapabilities) {
		c.LowApiVersion, c.HighApiVersion, c.CacheCapabilities = nil, nil, nil
		c.ExecutionCapabilities = &repb.ExecutionCapabilities{ExecEnabled: true}
	}})
	execute(t, dial(t, s), newAction(t, "m"))
}

// A cache that is given as executor is used as a cache.
func TestCacheAsExecutor(t *testing.T) {
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
				if err == nil || !strings.Contains(err.Error(), "--remote_cache="+at(s)) || s.Calls("Execute") != 0 || c.Down() == nil {
					t.Errorf("%v, down: %v", err, c.Down())
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

// When results of local runs are stored, and what is said of it.
func TestKeeps(t *testing.T) {
	tests := []struct {
		upload                    reapi.Upload
		workers, executes, update bool
		keeps, fails              bool
		says                      string
	}{
		{upload: reapi.UploadAuto, workers: true, executes: true, update: true, says: "workers store theirs"},
		{upload: reapi.UploadAuto, executes: true, update: true, keeps: true, says: "are stored in grpc"},
		{upload: reapi.UploadAuto, update: true, keeps: true, says: "are stored in grpc"},
		{upload: reapi.UploadAuto, workers: true, update: true, keeps: true, says: "are stored in grpc"},
		{upload: reapi.UploadAuto, says: "doesn't allow"},
		{upload: reapi.UploadAuto, executes: true, says: "doesn't allow"},
		{upload: reapi.UploadAlways, workers: true, executes: true, update: true, keeps: true, says: "are stored in grpc"},
		{upload: reapi.UploadAlways, keeps: true, fails: true, says: "doesn't allow"},
		{upload: reapi.UploadNever, update: true, says: "--remote_upload_local_results=false"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%+v", test), func(t *testing.T) {
			s := reapitest.StartT(t, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) {
				caps.ExecutionCapabilities.ExecEnabled = test.executes
				caps.CacheCapabilities.ActionCacheUpdateCapabilities.UpdateEnabled = test.update
			}})
			c := dial(t, s, func(o *reapi.Options) {
				o.Cache, o.Executor, o.Upload, o.Workers = o.Executor, "", test.upload, test.workers
			})
			a := newAction(t, "m", input("m.o", noise("m", 5<<20)))
			err := c.Store(within(t), a, soundResult())
			if c.Keeps() != test.keeps || (err != nil) != test.fails || c.Down() != nil {
				t.Errorf("keeps %v, error %v", c.Keeps(), err)
			}
			if said := c.Storing(); !strings.Contains(said, test.says) || !strings.Contains(said, at(s)) {
				t.Errorf("says %q, want %q", said, test.says)
			}
			stored := test.keeps && !test.fails
			if r, err := c.Lookup(within(t), a); (r != nil) != stored || err != nil {
				t.Errorf("hit: %v, %v", r != nil, err)
			}
			if !stored && s.Received() != 0 {
				t.Errorf("%d bytes uploaded", s.Received())
			}
			if _, ok := s.Blob(a.Inputs[0].Digest); ok {
				t.Error("inputs were uploaded")
			}
		})
	}
}

// What becomes of results is said at a link's end also of a service that has
// said nothing until then, without waiting for it.
func TestStoringOfSilentService(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	s.Inject(reapitest.Fault{Method: "GetCapabilities", Hang: true})
	c := dial(t, s, func(o *reapi.Options) { o.Timeout = time.Hour })
	if err := s.WaitCalls(within(t), "GetCapabilities", 1); err != nil {
		t.Fatal(err)
	}
	if said := c.Storing(); !strings.Contains(said, "aren't stored") || !strings.Contains(said, "no answer") {
		t.Errorf("says %q", said)
	}
}

// A service that was to store results and took none isn't said to have them.
func TestStoringAfterFailures(t *testing.T) {
	for name, spoil := range map[string]func(*reapitest.Server){
		"full": func(s *reapitest.Server) { s.Fill(codes.ResourceExhausted, "no space left") },
		"refuses": func(s *reapitest.Server) {
			s.Inject(reapitest.Fault{Method: "UpdateActionResult", Code: codes.PermissionDenied})
		},
		"not asked": nil,
	} {
		t.Run(name, func(t *testing.T) {
			s := reapitest.StartT(t, reapitest.Options{})
			c := dial(t, s, func(o *reapi.Options) { o.Cache, o.Executor = o.Executor, "" })
			if err := c.Ready(within(t)); err != nil {
				t.Fatal(err)
			}
			if spoil != nil {
				spoil(s)
				if err := c.Store(within(t), newAction(t, "m"), soundResult()); err == nil {
					t.Error("stored")
				}
			}
			if said := c.Storing(); !strings.Contains(said, "none of the results compiled here could be stored in ") {
				t.Errorf("says %q", said)
			}
		})
	}
}
