package reapi_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"thinrex/go/internal/quick"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// The service doesn't answer the calls of one method, each in turn. A hundred
// actions wait no longer for it than one.
func TestHangingCalls(t *testing.T) {
	quick.Skip(t, "waits for a busy service")
	t.Parallel()
	for _, method := range append(methods, "WaitExecution") {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			called, want, calls, execution := method, wantDown, 100, time.Duration(0)
			switch method {
			case "Execute":
				want = wantNoExecution
			case "WaitExecution":
				// Executions whose messages still come make the calls of others be repeated.
				called, want, calls, execution = "Execute", wantNoExecution, 300, time.Hour
			}
			s := journeyed(t, execution)
			if execution > 0 {
				s.Inject(reapitest.Fault{Method: called, CutAfter: 1, Code: codes.Unavailable})
			}
			s.Inject(reapitest.Fault{Method: method, Hang: true})
			c := dial(t, s, storing, impatient)
			errs := atOnce(100, func(i int) error { return journey(within(t), t, c, fmt.Sprint("m", i)) })
			for _, err := range errs {
				if err == nil {
					t.Error("no error")
				}
			}
			want(t, s, c, c.Down(), "no answer") // or no connection, if the machine is as slow as the timeout
			if n := s.Calls(method); n > calls {
				t.Errorf("%d calls: some were made again", n)
			}
		})
	}
}

// No server listens at the address.
func TestServiceDown(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	s.Stop()
	c := dial(t, s)
	for _, err := range atOnce(100, func(i int) error {
		_, err := c.Execute(within(t), newAction(t, fmt.Sprint(i)))
		return err
	}) {
		if err == nil {
			t.Fatal("no error")
		}
	}
	wantDown(t, s, c, c.Down(), "Unavailable", "refused")
}

// A server listens, but takes no connection.
func TestNoConnection(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	c := dial(t, nil, func(o *reapi.Options) {
		o.Executor, o.Indispensable = "grpc://"+listener.Addr().String(), false
	})
	for _, err := range atOnce(100, func(i int) error {
		_, err := c.Execute(within(t), newAction(t, fmt.Sprint(i)))
		return err
	}) {
		if err == nil || !strings.Contains(err.Error(), "no connection within") {
			t.Error(err)
		}
	}
	const want = "GetCapabilities: no answer: no connection within"
	if down := c.Down(); down == nil || !strings.Contains(down.Error(), want) {
		t.Errorf("down: %v", down)
	}
}

// An indispensable service may take longer until it is reached.
func TestSlowConnection(t *testing.T) {
	t.Parallel()
	s := reapitest.StartT(t, reapitest.Options{Execute: writes(1000)})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var passing sync.WaitGroup
	passing.Go(func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			passing.Go(func() {
				defer from.Close()
				time.Sleep(4500 * time.Millisecond) // longer than an optional service may take
				to, err := net.Dial("tcp", s.Addr())
				if err != nil {
					t.Error(err)
					return
				}
				defer to.Close()
				passing.Go(func() { _, _ = io.Copy(to, from); to.Close() })
				_, _ = io.Copy(from, to)
			})
		}
	})
	defer passing.Wait()
	defer listener.Close()
	c, err := reapi.Dial(t.Context(), options(t, nil, func(o *reapi.Options) {
		o.Executor, o.MaxConnections = "grpc://"+listener.Addr().String(), 1 // and it is indispensable
	}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Execute(within(t), newAction(t, "m")); err != nil {
		t.Error(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
