//go:build unix

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"thinrex/go/internal/reapitest"
)

const (
	resetJobs  = 200
	resetSlots = 50
	resetTime  = time.Second
)

// resetConnections measures what it costs that all connections to a service
// are reset once, when half of the jobs have begun and all are in flight.
func (b *bench) resetConnections() error {
	file, err := b.fakeJobs(resetJobs, someImports)
	if err != nil {
		return err
	}
	var with, without []measure
	for i := range b.fewRuns() + 1 { // the first is a warm-up
		one, err := b.linkWithReset(file, true)
		if err != nil {
			return err
		}
		two, err := b.linkWithReset(file, false)
		if err != nil {
			return err
		}
		if i > 0 {
			with, without = append(with, one), append(without, two)
		}
	}
	b.add(fmt.Sprintf("one reset of the connection with %d jobs in flight on %d remote slots, vs. no reset",
		resetJobs, resetSlots),
		fmt.Sprintf("%.2f s vs. %.2f s", median(with, wall).Seconds(), median(without, wall).Seconds()),
		fmt.Sprintf("%.2f×", medianRatio(with, without)), "≤ 1.2×")
	return nil
}

// linkWithReset has a new service run all jobs. It returns an error if a job fails
// or runs on this machine.
func (b *bench) linkWithReset(file string, reset bool) (measure, error) {
	var s *reapitest.Server
	var begun atomic.Int32
	simulate := reapitest.Simulate(resetTime)
	s, err := reapitest.Start(reapitest.Options{
		Slots: resetSlots,
		Execute: func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
			if begun.Add(1) == resetJobs/2 && reset {
				s.ResetConnections()
			}
			return simulate(ctx, job)
		},
	})
	if err != nil {
		return measure{}, err
	}
	defer s.Close()
	cache := filepath.Join(b.dir, "resetcache")
	if err := emptyCache(cache); err != nil {
		return measure{}, err
	}
	sum, m, err := b.againstService(command{
		args: []string{b.thinrex, "--remote_executor=grpc://" + s.Addr(), "--remote_patience=0", file},
		dir:  filepath.Dir(file), env: []string{"THINREX_DISK_CACHE=" + cache},
	})
	if err == nil && (sum.Remote+sum.RemoteHits != resetJobs || sum.Local > 0) {
		err = fmt.Errorf("not all jobs were done by the service: %+v", sum)
	}
	return m, err
}
