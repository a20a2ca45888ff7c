package reapi

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
)

// A pool is several connections to one endpoint that take calls in turn; each
// is made when its first call is. While one can't be made, the others take its
// calls.
type pool struct {
	each []*grpc.ClientConn
	next atomic.Uint32
}

func newPool(n int, target string, options []grpc.DialOption) (*pool, error) {
	p := &pool{}
	for range n {
		c, err := grpc.NewClient(target, options...)
		if err != nil {
			return nil, errors.Join(err, p.Close())
		}
		p.each = append(p.each, c)
	}
	return p, nil
}

func (p *pool) pick() *grpc.ClientConn {
	n := uint32(len(p.each))
	first := p.next.Add(1) % n
	for i := range n {
		if c := p.each[(first+i)%n]; c.GetState() != connectivity.TransientFailure {
			return c
		}
	}
	return p.each[first]
}

// Invoke is part of grpc.ClientConnInterface.
func (p *pool) Invoke(ctx context.Context, method string, args, reply any, options ...grpc.CallOption) error {
	return p.pick().Invoke(ctx, method, args, reply, options...)
}

// NewStream is part of grpc.ClientConnInterface.
func (p *pool) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, options ...grpc.CallOption) (grpc.ClientStream, error) {
	return p.pick().NewStream(ctx, desc, method, options...)
}

// connected reports whether there is any connection.
func (p *pool) connected() bool {
	return slices.ContainsFunc(p.each, func(c *grpc.ClientConn) bool { return c.GetState() == connectivity.Ready })
}

// reconnect has gRPC make lost connections again now, and waits for them, but
// not for long. Otherwise gRPC would choose the time itself, and until then all
// calls on them would fail without having tried anything.
func (p *pool) reconnect(ctx context.Context, atMost time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	for _, c := range p.each {
		c.ResetConnectBackoff()
	}
	for _, c := range p.each {
		for s := c.GetState(); s == connectivity.Connecting || s == connectivity.TransientFailure; s = c.GetState() {
			if !c.WaitForStateChange(ctx, s) {
				return
			}
		}
	}
}

// Close ends all connections, and the calls on them.
func (p *pool) Close() error {
	var errs []error
	for _, c := range p.each {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
