//go:build unix

package main

import (
	"fmt"
	"path/filepath"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/internal/reapitest"
)

// slicesRemote measures slices with a service, which runs on the same cores.
func (b *bench) slicesRemote() error {
	p, err := b.program()
	if err != nil {
		return err
	}
	off, bytesOff, err := b.coldRemote(p, "off", nil)
	if err != nil {
		return err
	}
	defer off.Close()
	on, bytesOn, err := b.coldRemote(p, "auto", nil)
	if err != nil {
		return err
	}
	defer on.Close()
	b.add("bytes uploaded by a cold link, slicing on vs. off",
		fmt.Sprintf("%.2f MB vs. %.2f MB", megabytes(bytesOn), megabytes(bytesOff)),
		fmt.Sprintf("%.2f×", megabytes(bytesOn)/megabytes(bytesOff)), "≤ 0.6×")
	if err := b.freshMachine(p, on, off); err != nil {
		return err
	}
	if err := b.uploadsAfterEdit(p, on, off); err != nil {
		return err
	}
	// This service lets nobody write to its Action Cache: it has results of what workers ran.
	readOnly, bytesReadOnly, err := b.coldRemote(p, "auto", func(caps *repb.ServerCapabilities) {
		caps.CacheCapabilities.ActionCacheUpdateCapabilities.UpdateEnabled = false
	})
	if err != nil {
		return err
	}
	defer readOnly.Close()
	b.add("the same upload to a service that lets nobody write to its Action Cache",
		fmt.Sprintf("%.2f MB vs. %.2f MB", megabytes(bytesReadOnly), megabytes(bytesOff)),
		fmt.Sprintf("%.2f×", megabytes(bytesReadOnly)/megabytes(bytesOff)), "≤ 0.6×")
	return b.freshMachineWithSlices(p, readOnly)
}

// coldRemote has a new service run all jobs, and returns it.
func (b *bench) coldRemote(
	p *program, slicing string, edit func(*repb.ServerCapabilities),
) (s *reapitest.Server, uploaded int64, err error) {
	s, err = reapitest.Start(reapitest.Options{
		Inline:       true,
		Execute:      reapitest.RunCommands,
		ScratchDir:   b.dir,
		Capabilities: edit,
	})
	if err != nil {
		return nil, 0, err
	}
	link := b.slicedRemoteLink(p, s, slicing)
	link.env = append(link.env, "THINREX_EXEC_STRATEGY=remote")
	sum, _, err := b.onFreshMachine(link)
	if err == nil && (sum.Remote == 0 || sum.Remote+sum.Hits != sum.Jobs || (sum.Sliced > 0) != (slicing == "auto")) {
		err = fmt.Errorf("not a cold remote link: %+v", sum)
	}
	if err != nil {
		s.Close()
		return nil, 0, err
	}
	return s, sum.BytesUploaded, nil
}

func (b *bench) slicedRemoteLink(p *program, s *reapitest.Server, slicing string) command {
	c := p.link("remote"+slicing, "-fthinlto-distributor="+b.thinrex, "-Xthinlto-distributor=--slicing="+slicing)
	c.env = []string{
		"THINREX_DISK_CACHE=" + filepath.Join(b.dir, "freshcache"), "THINREX_REMOTE_EXECUTOR=grpc://" + s.Addr(),
	}
	return c
}

// onFreshMachine links with an empty disk cache.
func (b *bench) onFreshMachine(link command) (summary, measure, error) {
	if err := emptyCache(filepath.Join(b.dir, "freshcache")); err != nil {
		return summary{}, measure{}, err
	}
	return b.againstService(link)
}

// freshMachine compares links on a machine that has nothing: with a service that has
// results for both keys of each job, and with one that has results for whole modules.
func (b *bench) freshMachine(p *program, on, off *reapitest.Server) error {
	ours, whole := b.slicedRemoteLink(p, on, "auto"), b.slicedRemoteLink(p, off, "off")
	var ourRuns, wholeRuns []measure
	for i := range b.runs + 1 { // the first is a warm-up
		one, mine, err := b.onFreshMachine(ours)
		if err != nil {
			return err
		}
		two, theirs, err := b.onFreshMachine(whole)
		if err != nil {
			return err
		}
		if one.RemoteHits != one.Jobs || two.RemoteHits != two.Jobs || one.Sliced > 0 {
			return fmt.Errorf("not all jobs hit with their keys of whole modules: %+v, %+v", one, two)
		}
		if i > 0 {
			ourRuns, wholeRuns = append(ourRuns, mine), append(wholeRuns, theirs)
		}
	}
	b.add(fmt.Sprintf("fresh machine, a service has all %d results under both keys, slicing on vs. off", b.modules),
		fmt.Sprintf("%s vs. %s", ms(median(ourRuns, wall)), ms(median(wholeRuns, wall))),
		fmt.Sprintf("%.3f×", medianRatio(ourRuns, wholeRuns)), "≤ 1.05×")
	return nil
}

// uploadsAfterEdit compares what a link uploads after functions were added to a module
// from which a quarter of the others import. Workers run the jobs that miss.
func (b *bench) uploadsAfterEdit(p *program, on, off *reapitest.Server) error {
	undo, err := p.addFunctions(1)
	if err != nil {
		return err
	}
	var sums []summary
	for _, link := range []command{b.slicedRemoteLink(p, on, "auto"), b.slicedRemoteLink(p, off, "off")} {
		link.env = append(link.env, "THINREX_EXEC_STRATEGY=remote")
		s, _, err := b.onFreshMachine(link)
		if err != nil {
			return err
		}
		if s.Remote == 0 || s.BytesUploaded == 0 {
			return fmt.Errorf("the edit makes no job run: %+v", s)
		}
		sums = append(sums, s)
	}
	b.add("bytes uploaded by a link after a new static function in one module, slicing on vs. off",
		fmt.Sprintf("%.0f KB, %d jobs run, vs. %.0f KB, %d jobs", float64(sums[0].BytesUploaded)/1000, sums[0].Remote,
			float64(sums[1].BytesUploaded)/1000, sums[1].Remote),
		fmt.Sprintf("%.2f×", float64(sums[0].BytesUploaded)/float64(sums[1].BytesUploaded)), "")
	return undo()
}

// freshMachineWithSlices measures links that find results only under the keys of slices.
func (b *bench) freshMachineWithSlices(p *program, s *reapitest.Server) error {
	link := b.slicedRemoteLink(p, s, "auto")
	var runs []measure
	var own []float64
	for range b.fewRuns() {
		sum, m, err := b.onFreshMachine(link)
		if err != nil {
			return err
		}
		if sum.RemoteHits != sum.Jobs || sum.SliceHits == 0 {
			return fmt.Errorf("not all jobs hit with their keys of slices: %+v", sum)
		}
		runs, own = append(runs, m), append(own, sum.WallSeconds)
	}
	seconds := median(own, func(s float64) float64 { return s })
	b.add("the same, a service that lets nobody write to its Action Cache has results of slices only: whole link",
		fmt.Sprintf("%.2f s, %.2f s of it thinrex", median(runs, wall).Seconds(),
			time.Duration(seconds*float64(time.Second)).Seconds()), "", "≤ 4 s")
	return nil
}
