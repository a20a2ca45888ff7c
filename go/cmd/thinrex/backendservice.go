//go:build !front

package main

import (
	"cmp"
	"context"
	"errors"
	"sync/atomic"

	"thinrex/go/action"
	"thinrex/go/outage"
	"thinrex/go/reapi"
	"thinrex/go/report"
)

// A backendService is the remote service of one backend's command. It is a link's service,
// and like the cache of a compilation it connects when it is first used, and isn't waited for
// in an outage.
type backendService struct {
	*outage.Cache
	address, executor string
	client            atomic.Pointer[reapi.Client] // nil until it is connected
}

// newBackendService returns nil if the user names no service.
func newBackendService(
	ctx context.Context, o *options, stateDir string, terminal *report.Terminal,
) backendClient {
	s := &backendService{
		address:  cmp.Or(o.Remote.Cache, o.Remote.Executor),
		executor: o.Remote.Executor,
	}
	s.Cache = newCCRemote(ctx, o, stateDir, terminal, backendMnemonic, s.client.Store)
	if s.Cache == nil {
		return nil
	}
	return s
}

var errOutage = errors.New("the remote service can't be used at the moment")

// Execute is part of link.Service, as are the methods below.
func (s *backendService) Execute(ctx context.Context, a *action.Action) (*action.Result, error) {
	if err := s.Down(); err != nil {
		return nil, err
	}
	return s.client.Load().Execute(ctx, a)
}

func (s *backendService) Executor() string { return s.executor }

func (s *backendService) Address() string { return s.address }

func (s *backendService) Down() error {
	if !s.Usable() {
		return errOutage
	}
	return s.client.Load().Down()
}

func (s *backendService) Refusal(err error) (message string, ok bool) {
	if c := s.client.Load(); c != nil {
		return c.Refusal(err)
	}
	return "", false
}

func (s *backendService) SilentCAS() error {
	if c := s.client.Load(); c != nil {
		return c.SilentCAS()
	}
	return nil
}

func (s *backendService) Wants(r *action.Result) bool {
	c := s.client.Load()
	return c != nil && c.Wants(r)
}
