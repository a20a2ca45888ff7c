package reapi

import (
	"context"
	"errors"
	"sync"

	"thinrex/go/reapi/cas"
	"thinrex/go/reapi/rpc"
)

// services are the cache and the executor, and what they offer.
type services struct {
	opts   Options
	ctx    context.Context // ends with Client.Close
	cancel context.CancelFunc

	cache, exec *rpc.Service // perhaps of one endpoint; exec may be nil

	asking                sync.WaitGroup // the goroutines that ask for capabilities
	cacheOffer, execOffer func(context.Context) (*offer, error)
}

func dialServices(ctx context.Context, o Options) (*services, error) {
	s := &services{opts: o}
	s.opts.InFlight += cas.CallsAtOnce
	s.ctx, s.cancel = context.WithCancel(ctx)
	if err := s.dial(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *services) dial() error {
	o := &s.opts
	alone := o.Cache == "" || o.Cache == o.Executor // the executor is the cache, too
	if o.Executor != "" {
		target := rpc.Target{Flag: "remote_executor", Address: o.Executor, ExecHeaders: o.ExecHeaders}
		if alone {
			target.CacheHeaders = o.CacheHeaders
		}
		e, err := rpc.Dial(s.ctx, target, &o.Options)
		if err != nil {
			return err
		}
		s.exec = e.Service(s.ctx, o.Executions)
		if alone {
			s.cache = e.Service(s.ctx, 0)
			return nil
		}
	}
	target := rpc.Target{Flag: "remote_cache", Address: o.Cache, CacheHeaders: o.CacheHeaders}
	e, err := rpc.Dial(s.ctx, target, &o.Options)
	if err != nil {
		return err
	}
	s.cache = e.Service(s.ctx, 0)
	return nil
}

// areOne reports whether one endpoint is both the cache and the executor.
func (s *services) areOne() bool { return s.exec != nil && s.exec.Endpoint == s.cache.Endpoint }

// close ends the services, and waits for what asks for capabilities.
func (s *services) close() error {
	s.cancel()
	s.asking.Wait()
	var errs []error
	if s.cache != nil {
		errs = append(errs, s.cache.Close())
	}
	if s.exec != nil && (s.cache == nil || !s.areOne()) {
		errs = append(errs, s.exec.Close())
	}
	return errors.Join(errs...)
}
