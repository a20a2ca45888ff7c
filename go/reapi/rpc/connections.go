package rpc

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
)

// connections to one endpoint take calls in turn; each is made when its first
// call is. While a connection can't be made, the others take its calls.
type connections struct {
	all  []*grpc.ClientConn
	next atomic.Uint32
}

func newConnections(n int, target string, options []grpc.DialOption) (*connections, error) {
	c := &connections{}
	for range n {
		conn, err := grpc.NewClient(target, options...)
		if err != nil {
			return nil, errors.Join(err, c.Close())
		}
		c.all = append(c.all, conn)
	}
	return c, nil
}

// pick returns the connection for the next call.
func (c *connections) pick() *grpc.ClientConn {
	n := uint32(len(c.all))
	first := c.next.Add(1) % n
	for i := range n {
		if conn := c.all[(first+i)%n]; conn.GetState() != connectivity.TransientFailure {
			return conn
		}
	}
	return c.all[first]
}

// Invoke is part of grpc.ClientConnInterface.
func (c *connections) Invoke(ctx context.Context, method string, args, reply any, options ...grpc.CallOption) error {
	return c.pick().Invoke(ctx, method, args, reply, options...)
}

// NewStream is part of grpc.ClientConnInterface.
func (c *connections) NewStream(
	ctx context.Context, desc *grpc.StreamDesc, method string, options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	return c.pick().NewStream(ctx, desc, method, options...)
}

// anyReady reports whether there is a connection that works.
func (c *connections) anyReady() bool {
	return slices.ContainsFunc(c.all, func(conn *grpc.ClientConn) bool {
		return conn.GetState() == connectivity.Ready
	})
}

// reconnect makes gRPC restore lost connections now, and waits for them for a
// short time. Otherwise gRPC would choose the time itself, and until then all
// calls on them would fail without an attempt.
func (c *connections) reconnect(ctx context.Context, atMost time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	for _, conn := range c.all {
		conn.ResetConnectBackoff()
	}
	for _, conn := range c.all {
		s := conn.GetState()
		for ; s == connectivity.Connecting || s == connectivity.TransientFailure; s = conn.GetState() {
			if !conn.WaitForStateChange(ctx, s) {
				return
			}
		}
	}
}

// Close ends all connections, and the calls on them.
func (c *connections) Close() error {
	var errs []error
	for _, conn := range c.all {
		errs = append(errs, conn.Close())
	}
	return errors.Join(errs...)
}
