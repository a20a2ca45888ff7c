//go:build unix

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
)

// remoteLinks measures links of the generated program against a service in
// this process: how much a cold link uploads, and how long a link takes whose jobs
// all hit. The service runs on the same cores as thinrex.
func (b *bench) remoteLinks() error {
	p, err := b.program()
	if err != nil {
		return err
	}
	if _, err := b.inProcess(p, "oracle").run(); err != nil {
		return err
	}
	inlining, err := b.coldUpload(p)
	if err != nil {
		return err
	}
	defer inlining.Close()
	if err := b.compressedUploads(); err != nil {
		return err
	}
	if err := b.allHits(p, inlining, "outputs inlined"); err != nil {
		return err
	}
	if err := b.hitsWithoutDisk(p, inlining.Addr()); err != nil {
		return err
	}
	batching, err := reapitest.Start(reapitest.Options{ScratchDir: b.dir})
	if err != nil {
		return err
	}
	defer batching.Close()
	for _, d := range inlining.Blobs() {
		data, _ := inlining.Blob(d)
		batching.PutBlobAs(d, data)
	}
	for action, r := range inlining.ActionResults() {
		batching.PutActionResult(action, r)
	}
	return b.allHits(p, batching, "nothing inlined")
}

// coldUpload links with a service that has nothing and runs everything, and
// returns it.
func (b *bench) coldUpload(p *program) (*reapitest.Server, error) {
	in := &inputs{seen: map[digest.Digest]bool{}}
	s, err := reapitest.Start(reapitest.Options{
		Inline:     true,
		Execute:    in.before(reapitest.RunCommands),
		ScratchDir: b.dir,
	})
	if err != nil {
		return nil, err
	}
	link := b.remoteLink(p, s, "remotecold")
	link.env = append(link.env, "THINREX_EXEC_STRATEGY=remote")
	sum, _, err := b.againstService(link)
	if err == nil {
		err = sameFile(filepath.Join(p.dir, "remotecold"), filepath.Join(p.dir, "oracle"))
	}
	if err == nil {
		err = b.uploadRow("bytes uploaded by a cold link vs. its deduplicated inputs", sum, s, in, "≤ 1.05×")
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// compressedUploads has the same jobs uploaded to services that offer zstd,
// and that claim to have run them.
func (b *bench) compressedUploads() error {
	file, err := b.kept()
	if err != nil {
		return err
	}
	cache := filepath.Join(b.dir, "zstdcache")
	for _, offer := range []struct {
		what    string
		batches bool
	}{
		{"the same, the service offers zstd", true},
		{"the same, the service offers zstd in streams only, as Buildbarn does", false},
	} {
		if err := emptyCache(cache); err != nil {
			return err
		}
		in := &inputs{seen: map[digest.Digest]bool{}}
		s, err := reapitest.Start(reapitest.Options{
			Execute:      in.before(reapitest.Simulate(0)),
			Capabilities: func(caps *repb.ServerCapabilities) { reapitest.AnnounceZstd(caps, offer.batches) },
		})
		if err != nil {
			return err
		}
		sum, _, err := b.againstService(command{
			args: []string{
				b.thinrex, "--experimental_remote_cache_compression", "--exec_strategy=remote",
				"--remote_executor=grpc://" + s.Addr(), file,
			},
			dir: filepath.Dir(file), env: []string{"THINREX_DISK_CACHE=" + cache},
		})
		if err == nil {
			err = b.uploadRow(offer.what, sum, s, in, "≤ 0.5×")
		}
		s.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) uploadRow(what string, sum summary, s *reapitest.Server, in *inputs, target string) error {
	if sum.Remote == 0 || sum.Remote+sum.Hits != sum.Jobs || sum.RemoteHits > 0 || sum.BytesUploaded != s.Received() {
		return fmt.Errorf("not a cold remote link: %+v, %d bytes received", sum, s.Received())
	}
	b.add(what, fmt.Sprintf("%.2f MB vs. %.2f MB", megabytes(sum.BytesUploaded), megabytes(in.size())),
		fmt.Sprintf("%.3f×", megabytes(sum.BytesUploaded)/megabytes(in.size())), target)
	return nil
}

func megabytes(n int64) float64 { return float64(n) / 1e6 }

// inputs collects the distinct input files of actions.
type inputs struct {
	mu   sync.Mutex
	seen map[digest.Digest]bool
}

// before collects what goes into each action that run runs.
func (in *inputs) before(run reapitest.ExecuteFunc) reapitest.ExecuteFunc {
	return func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		in.mu.Lock()
		for _, f := range job.Inputs {
			if !f.Dir && f.Target == "" {
				in.seen[f.Digest] = true
			}
		}
		in.mu.Unlock()
		return run(ctx, job)
	}
}

func (in *inputs) size() (sum int64) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for d := range in.seen {
		sum += d.Size
	}
	return sum
}

// allHits measures links whose jobs all hit: in turn with an empty disk store,
// and with the one that the former has filled.
func (b *bench) allHits(p *program, s *reapitest.Server, how string) error {
	link := b.remoteLink(p, s, "remotewarm")
	var far, near []hitRun
	received := s.Received()
	for i := range b.runs + 1 { // the first is a warm-up
		if err := emptyCache(filepath.Join(b.dir, "remotecache")); err != nil {
			return err
		}
		one, err := b.hitRun(p, link, true)
		if err != nil {
			return err
		}
		two, err := b.hitRun(p, link, false)
		if err != nil {
			return err
		}
		if i > 0 {
			far, near = append(far, one), append(near, two)
		}
	}
	own := func(r hitRun) time.Duration { return r.own }
	b.add(fmt.Sprintf("all-hit link of %d modules over gRPC, empty disk store, %s: thinrex's own wall time",
		b.modules, how),
		fmt.Sprintf("%s, beside %s of CPU time of the service", ms(median(far, own)),
			ms(median(far, func(r hitRun) time.Duration { return r.service }))),
		"", "≤ 300 ms")
	b.add("again with the disk store", ms(median(near, own)), "", "≤ 100 ms")
	b.add("bytes uploaded by these links", fmt.Sprint(s.Received()-received), "", "0")
	return nil
}

// A hitRun is what one link cost whose jobs all hit.
type hitRun struct {
	own     time.Duration // thinrex's wall time
	service time.Duration // CPU time of the service, that is of this process
}

// hitRun runs a link that must hit: in the service, or in the disk store.
func (b *bench) hitRun(p *program, link command, far bool) (hitRun, error) {
	before := cpuTime()
	s, _, err := b.againstService(link)
	r := hitRun{own: time.Duration(s.WallSeconds * float64(time.Second)), service: cpuTime() - before}
	if err != nil {
		return r, err
	}
	if s.Jobs < b.modules || s.Hits != s.Jobs || far != (s.RemoteHits == s.Jobs) || !far && s.RemoteHits > 0 {
		return r, fmt.Errorf("the warm link isn't warm: %+v", s)
	}
	return r, sameFile(filepath.Join(p.dir, "remotewarm"), filepath.Join(p.dir, "oracle"))
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // can't fail
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// remoteLink is a link of the program with a service.
func (b *bench) remoteLink(p *program, s *reapitest.Server, output string) command {
	link := p.link(output, "-fthinlto-distributor="+b.thinrex)
	link.env = []string{
		"THINREX_DISK_CACHE=" + filepath.Join(b.dir, "remotecache"),
		"THINREX_REMOTE_EXECUTOR=grpc://" + s.Addr(),
	}
	return link
}

// againstService runs thinrex, or a link with it, and returns its summary.
func (b *bench) againstService(c command) (s summary, m measure, err error) {
	path := filepath.Join(b.dir, "remote.json")
	c.env = append(c.env[:len(c.env):len(c.env)], "THINREX_SUMMARY_FILE="+path)
	if m, err = c.run(); err != nil {
		return s, m, err
	}
	s, err = readSummary(path)
	return s, m, err
}
