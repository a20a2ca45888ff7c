package reapi_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// tokens are credentials with a number that grows each time they are renewed.
type tokens struct{ newest, closed atomic.Int32 }

func (c *tokens) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": fmt.Sprint("token ", c.newest.Load())}, nil
}

func (c *tokens) RequireTransportSecurity() bool { return false }

func (c *tokens) Forget() { c.newest.Add(1) }

func (c *tokens) Close() { c.closed.Add(1) }

func (c *tokens) use(o *reapi.Options) {
	o.Credentials = func(host string) (reapi.Credentials, error) { return c, nil }
}

// refuseBefore returns a check that refuses tokens with a number below n.
func refuseBefore(n *atomic.Int32) func(string, metadata.MD) error {
	return func(_ string, header metadata.MD) error {
		var token int32
		_, err := fmt.Sscanf(strings.Join(header.Get("authorization"), ""), "token %d", &token)
		if err != nil || token < n.Load() {
			return status.Error(codes.Unauthenticated, "who are you?")
		}
		return nil
	}
}

// Credentials that have expired, before the link or during it, are renewed, also if
// another attempt fails for another reason.
func TestExpiredCredentials(t *testing.T) {
	var valid atomic.Int32
	valid.Store(1)
	var hiccup atomic.Bool
	s := reapitest.StartT(t, reapitest.Options{Authorize: func(method string, header metadata.MD) error {
		if hiccup.Swap(false) {
			return status.Error(codes.Unavailable, "just now")
		}
		return refuseBefore(&valid)(method, header)
	}})
	mine := &tokens{}
	t.Cleanup(func() { // runs after dial's
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
		t.Errorf("renewed %d times", n)
	}
	valid.Store(100)
	if _, err := c.Execute(within(t), newAction(t, "no more")); status.Code(err) != codes.Unauthenticated {
		t.Error(err)
	}
}

// A service that refuses all credentials is given up at once.
func TestUnauthenticated(t *testing.T) {
	var valid atomic.Int32
	valid.Store(1 << 30)
	for _, with := range []bool{true, false} {
		t.Run(fmt.Sprintf("credentials %v", with), func(t *testing.T) {
			s := reapitest.StartT(t, reapitest.Options{Authorize: refuseBefore(&valid)})
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

// A credential helper that fails is like a refusal. The error shows its message.
func TestCredentialHelperFails(t *testing.T) {
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
