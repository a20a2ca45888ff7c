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
	slotJobs  = 2000
	slotCount = 500
	slotTime  = time.Second

	downJobs = 40 // real ones
)

// slots measures how well thinrex keeps all slots of a service busy. The service
// has none of the inputs, and runs on the same cores as thinrex.
func (b *bench) slots() error {
	for _, imports := range []int{someImports, manyImports} {
		runs, err := b.slotRuns(imports)
		if err != nil {
			return err
		}
		what, target := "the same with %d imports for each job", ""
		if imports == someImports {
			what = fmt.Sprintf("%d jobs × %v on %d simulated slots, %%d imports for each job, vs. the ideal",
				slotJobs, slotTime, slotCount)
			target = "≤ 1.15×"
		}
		ideal := slotTime * slotJobs / slotCount
		b.add(fmt.Sprintf(what, imports),
			fmt.Sprintf("%.2f s vs. %.2f s", median(runs, wall).Seconds(), ideal.Seconds()),
			fmt.Sprintf("%.2f×", median(runs, wall).Seconds()/ideal.Seconds()), target)
	}
	return nil
}

func (b *bench) slotRuns(imports int) (runs []measure, err error) {
	file, err := b.fakeJobs(slotJobs, imports)
	if err != nil {
		return nil, err
	}
	s, err := reapitest.Start(reapitest.Options{Slots: slotCount, Execute: reapitest.Simulate(slotTime)})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	cache := filepath.Join(b.dir, "slotcache")
	c := command{
		args: []string{
			b.thinrex, "--exec_strategy=remote", "--remote_executor=grpc://" + s.Addr(),
			fmt.Sprintf("--remote_jobs=%d", slotCount), file,
		},
		dir: filepath.Dir(file), env: []string{"THINREX_DISK_CACHE=" + cache},
	}
	for range b.fewRuns() + 1 {
		s.Wipe(true)
		if err := emptyCache(cache); err != nil {
			return nil, err
		}
		sum, m, err := b.againstService(c)
		if err != nil {
			return nil, err
		}
		if sum.Remote != slotJobs {
			return nil, fmt.Errorf("not all jobs ran remotely: %+v", sum)
		}
		runs = append(runs, m)
	}
	return runs[1:], nil // the first was a warm-up
}

// fewRuns is the number of runs of what takes long.
func (b *bench) fewRuns() int { return max(3, b.runs/3) }

// serviceDown measures how much a service that is down slows a link: once with a
// compiler that takes no time, to see the delay itself, and once with clang.
func (b *bench) serviceDown() error {
	fake, err := b.fakeJobs(b.modules, someImports)
	if err != nil {
		return err
	}
	refused, err := unused()
	if err != nil {
		return err
	}
	what := fmt.Sprintf("service down, %d jobs, fake compiler, vs. the cold local run", b.modules)
	if err := b.down(what, refused, fake, filepath.Dir(fake), b.modules); err != nil {
		return err
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer silent.Close()
	what = "the same, connections are neither refused nor taken"
	if err := b.down(what, silent.Addr().String(), fake, filepath.Dir(fake), b.modules); err != nil {
		return err
	}
	real, kept, err := b.someJobs(downJobs)
	if err != nil {
		return err
	}
	return b.down(fmt.Sprintf("refused, with %d real compilations", downJobs), refused, real, kept, downJobs)
}

func (b *bench) down(what, address, file, dir string, jobs int) error {
	cache := filepath.Join(b.dir, "downcache")
	env := []string{"THINREX_DISK_CACHE=" + cache}
	down := command{args: []string{b.thinrex, "--remote_executor=grpc://" + address, file}, dir: dir, env: env}
	local := command{args: []string{b.thinrex, file}, dir: dir, env: env}
	checked := func(c command) (measure, error) {
		if err := emptyCache(cache); err != nil {
			return measure{}, err
		}
		sum, m, err := b.againstService(c)
		if err == nil && (sum.Local == 0 || sum.Local+sum.Hits != jobs || sum.Remote > 0) {
			err = fmt.Errorf("not a cold local link: %+v", sum)
		}
		return m, err
	}
	var downRuns, localRuns []measure
	var more []time.Duration
	for i := range b.fewRuns() + 1 { // the first is a warm-up
		one, err := checked(down)
		if err != nil {
			return err
		}
		two, err := checked(local)
		if err != nil {
			return err
		}
		if i > 0 {
			downRuns, localRuns, more = append(downRuns, one), append(localRuns, two), append(more, one.wall-two.wall)
		}
	}
	middle := median(more, func(d time.Duration) time.Duration { return d })
	b.add(what, fmt.Sprintf("%.2f s vs. %.2f s", median(downRuns, wall).Seconds(), median(localRuns, wall).Seconds()),
		fmt.Sprintf("%+.1f s (at most %+.1f s)", middle.Seconds(), slices.Max(more).Seconds()), "≤ +5 s")
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
