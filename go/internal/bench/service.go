//go:build unix

package main

import (
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"time"

	"thinrex/go/internal/reapitest"
)

const (
	slotJobs    = 2000
	serviceSlot = 500
	slotTime    = time.Second
)

// slots measures how well thinrex keeps the slots of a service busy.
func (b *bench) slots() error {
	file, err := b.fewJobs(slotJobs)
	if err != nil {
		return err
	}
	s, err := reapitest.Start(reapitest.Options{Slots: serviceSlot, Execute: reapitest.Simulate(slotTime)})
	if err != nil {
		return err
	}
	defer s.Close()
	cache := filepath.Join(b.dir, "slotcache")
	run := command{
		args: []string{b.thinrex, "--exec_strategy=remote", "--remote_executor=grpc://" + s.Addr(), fmt.Sprintf("--remote_jobs=%d", serviceSlot), file},
		dir:  filepath.Dir(file), env: []string{"THINREX_DISK_CACHE=" + cache},
	}
	ideal := slotTime * slotJobs / serviceSlot
	var walls []time.Duration
	for i := range max(3, b.runs/3) + 1 { // the first is a warm-up
		s.Wipe(true)
		if err := emptyCache(cache); err != nil {
			return err
		}
		start := time.Now()
		sum, err := b.againstService(run)
		if err != nil {
			return err
		}
		if sum.Remote != slotJobs {
			return fmt.Errorf("not all jobs ran remotely: %+v", sum)
		}
		if i > 0 {
			walls = append(walls, time.Since(start))
		}
	}
	wall := median(walls, func(d time.Duration) time.Duration { return d })
	b.add(fmt.Sprintf("%d jobs × %v on %d simulated slots of a service, with all uploads, vs. the ideal", slotJobs, slotTime, serviceSlot),
		fmt.Sprintf("%.2f s vs. %.2f s", wall.Seconds(), ideal.Seconds()),
		fmt.Sprintf("%.2f×", wall.Seconds()/ideal.Seconds()), "≤ 1.15×")
	return nil
}

// fewJobs returns a dist-file of n jobs with the fake compiler.
func (b *bench) fewJobs(n int) (string, error) {
	fake, err := b.fake()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(b.dir, fmt.Sprintf("fake%d", n))
	file := filepath.Join(dir, "jobs.dist-file.json")
	return file, fake.write(dir, n, file)
}

// serviceDown measures what it costs that nobody listens where a service
// should be: with a compiler that takes no time to see the delay itself, and
// with the real one.
func (b *bench) serviceDown() error {
	fake, err := b.fewJobs(b.modules)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("service down, %d jobs, fake compiler, vs. the cold local run", b.modules)
	if err := b.down(what, fake, filepath.Dir(fake), b.modules); err != nil {
		return err
	}
	some, kept, err := b.someJobs()
	if err != nil {
		return err
	}
	return b.down(fmt.Sprintf("the same with %d real compilations", coldJobs), some, kept, coldJobs)
}

func (b *bench) down(what, file, dir string, jobs int) error {
	address, err := unused()
	if err != nil {
		return err
	}
	cache := filepath.Join(b.dir, "downcache")
	local := command{args: []string{b.thinrex, file}, dir: dir, env: []string{"THINREX_DISK_CACHE=" + cache}}
	remote := local
	remote.args = []string{b.thinrex, "--remote_executor=grpc://" + address, file}
	var walls [2][]time.Duration
	var more []time.Duration
	for i := range max(3, b.runs/3) + 1 { // the first is a warm-up
		for side, c := range []command{local, remote} {
			if err := emptyCache(cache); err != nil {
				return err
			}
			start := time.Now()
			sum, err := b.againstService(c)
			if err != nil {
				return err
			}
			if sum.Local == 0 || sum.Local+sum.Hits != jobs || sum.Remote > 0 {
				return fmt.Errorf("not a cold local link: %+v", sum)
			}
			walls[side] = append(walls[side], time.Since(start))
		}
		more = append(more, walls[1][i]-walls[0][i])
	}
	same := func(d time.Duration) time.Duration { return d }
	b.add(what, fmt.Sprintf("%.2f s vs. %.2f s", median(walls[1][1:], same).Seconds(), median(walls[0][1:], same).Seconds()),
		fmt.Sprintf("%+.1f s (at most %+.1f s)", median(more[1:], same).Seconds(), slices.Max(more[1:]).Seconds()), "≤ +5 s")
	return nil
}

// unused returns a loopback address where nobody listens.
func unused() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
