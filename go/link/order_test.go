package link_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"thinrex/go/host"
	"thinrex/go/internal/reapitest"
	"thinrex/go/link"
)

// This machine begins with the largest modules, in whatever order lookups end.
func TestLargestModuleFirst(t *testing.T) {
	for _, asIs := range []bool{false, true} {
		t.Run(fmt.Sprintf("as is=%v", asIs), func(t *testing.T) {
			const jobs = 12
			var contents []string
			for i := range jobs {
				size := (i * 5) % jobs // each once
				contents = append(contents, fmt.Sprintf("size%02d\n%s", size, strings.Repeat("large ", 10*size)))
			}
			w := newWorld(t, contents)
			w.contents = nil
			for i := range jobs {
				w.contents = append(w.contents, strings.TrimSpace(contents[i][:len("size00")]))
				if asIs {
					w.runAsIs(i)
				}
			}
			s, err := w.link(within(t), setup{strategy: link.Local, slots: host.NewSlots(1, "")})
			w.check(s, err)
			names, atOnce := w.compilations("fakecc")
			slices.Reverse(names)
			if err != nil || s.Local != jobs || atOnce != 1 || len(names) != jobs || !slices.IsSorted(names) {
				t.Errorf("%+v, %v; backwards %q, %d at once", s, err, names, atOnce)
			}
		})
	}
}

// All misses are compiled if their actions take more memory than is kept for them.
func TestActionsBeyondTheLimit(t *testing.T) {
	const jobs, words = 17, 4 << 20 / 4 // 68 MiB; 64 are kept
	w := newWorld(t, manyDifferent(jobs))
	for _, job := range w.file.Jobs {
		w.write(job.Shard(), shardFor(job.Module(), lib, words))
	}
	for _, strategy := range strategies[:2] {
		t.Run(strategy.name, func(t *testing.T) {
			w.clean()
			u := setup{strategy: strategy.Strategy, remoteTasks: 1}
			if strategy.Strategy != link.Local {
				u.service = service(t, func(o *reapitest.Options) {
					o.Execute = func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
						if err := u.service.WaitCalls(ctx, "GetActionResult", jobs); err != nil {
							return nil, err
						}
						return worker(ctx, job)
					}
				})
			}
			s, err := w.link(within(t), u)
			w.check(s, err)
			if err != nil || s.Local+s.Remote != jobs {
				t.Errorf("%+v, %v", s, err)
			}
			for i, job := range w.file.Jobs {
				if got, want := w.read(job.Outputs[0]), objectOf(w.contents[i], canonicalShard(words)); got != want {
					t.Errorf("%s is %q, want %q", job.Outputs[0], got, want)
				}
			}
		})
	}
}
