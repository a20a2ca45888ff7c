package link_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"thinrex/go/host"
	"thinrex/go/internal/reapitest"
	"thinrex/go/link"
)

// manyFailing returns the contents of n different modules that all fail with
// one message, or each with its own.
func manyFailing(n int, oneMessage bool) []string {
	contents := make([]string, n)
	for i := range contents {
		contents[i] = fmt.Sprintf("c%d fail", i)
		if oneMessage {
			contents[i] = fmt.Sprintf("same fail %d", i)
		}
	}
	return contents
}

// together returns a worker function that lets n executions fail at the same time, as
// happens on many workers when all jobs have the same error.
func together(t *testing.T, n int) reapitest.ExecuteFunc {
	begun, all := make(chan struct{}, n), make(chan struct{})
	go func() {
		defer close(all)
		for range n {
			select {
			case <-begun:
			case <-t.Context().Done():
				return
			}
		}
	}()
	return func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		begun <- struct{}{}
		select {
		case <-all:
		case <-ctx.Done():
		}
		return worker(ctx, job)
	}
}

// A compile error is printed once, however many jobs fail with it and wherever they
// run.
func TestFailureIsPrintedOnce(t *testing.T) {
	const jobs = 40
	for _, oneMessage := range []bool{true, false} {
		for _, strategy := range strategies {
			t.Run(fmt.Sprintf("%s,one message=%v", strategy.name, oneMessage), func(t *testing.T) {
				w := newWorld(t, manyFailing(jobs, oneMessage))
				server := service(t, func(o *reapitest.Options) { o.Slots = jobs })
				if strategy.Strategy == link.Remote || strategy.Strategy == link.Fallback {
					server = service(t, func(o *reapitest.Options) { o.Slots, o.Execute = jobs, together(t, jobs) })
				}
				s, err := w.link(within(t), setup{strategy: strategy.Strategy, service: server, cache: openStore(t)})
				w.check(s, err)
				if !errors.Is(err, link.ErrCompilation) || s.Failed == 0 || s.Failed+s.Skipped != jobs {
					t.Errorf("%+v, %v", s, err)
				}
				printed := w.stderr()
				if n := strings.Count(printed, "error: "); n != 1 {
					t.Errorf("%d messages:\n%s", n, printed)
				}
				if lines := strings.Count(printed, "\n"); lines > 6 {
					t.Errorf("%d lines:\n%s", lines, printed)
				}
				if !strings.Contains(printed, "thinrex: of 40 jobs, ") {
					t.Errorf("no count of the rest:\n%s", printed)
				}
				if names, _ := w.compilations("fakecc"); strategy.Strategy == link.Fallback && len(names) != 1 {
					t.Errorf("%q were compiled here to check what failed on workers", names)
				}
			})
		}
	}
}

// With --keep_going each message is printed once, and the modules that have it
// are counted.
func TestKeepGoingPrintsEachMessageOnce(t *testing.T) {
	for _, strategy := range strategies {
		t.Run(strategy.name, func(t *testing.T) {
			w := newWorld(t, append(manyFailing(10, true), manyFailing(3, false)...))
			s, err := w.link(within(t), setup{strategy: strategy.Strategy, service: service(t), keepGoing: true})
			w.check(s, err)
			if !errors.Is(err, link.ErrCompilation) || s.Failed != 13 {
				t.Errorf("%+v, %v", s, err)
			}
			printed := w.stderr()
			once := []string{"error: same is bad", "error: c0 is bad", "error: c2 is bad", "9 more failed with the same"}
			for _, message := range once {
				if n := strings.Count(printed, message); n != 1 {
					t.Errorf("%q %d times:\n%s", message, n, printed)
				}
			}
		})
	}
}

// A worker's compiler may print another name of itself than this machine's, on which
// the first failure was checked. The message is printed once all the same.
func TestSameFailureHereAndOnWorkers(t *testing.T) {
	const jobs = 8
	for _, keepGoing := range []bool{false, true} {
		t.Run(fmt.Sprintf("keep_going=%v", keepGoing), func(t *testing.T) {
			w := newWorld(t, manyFailing(jobs, true))
			failing := together(t, jobs)
			server := service(t, func(o *reapitest.Options) {
				o.Slots = jobs
				o.Execute = func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
					r, err := failing(ctx, job)
					if r != nil {
						r.Stderr = append([]byte("clang-22: "), r.Stderr...)
					}
					return r, err
				}
			})
			s, err := w.link(within(t), setup{strategy: link.Fallback, service: server, keepGoing: keepGoing})
			w.check(s, err)
			printed := w.stderr()
			if !errors.Is(err, link.ErrCompilation) || strings.Count(printed, "error: ") != 1 ||
				strings.Contains(printed, "other messages") ||
				keepGoing && !strings.Contains(printed, "7 more failed with the same") {
				t.Errorf("%+v, %v; stderr:\n%s", s, err, printed)
			}
		})
	}
}

// A failed compilation ends those that are running. Here they would never end, and the
// workers would never answer.
func TestFailureEndsOtherCompilations(t *testing.T) {
	for _, strategy := range strategies {
		t.Run(strategy.name, func(t *testing.T) {
			script := filepath.Join(t.TempDir(), "failing.sh")
			contents := []string{"bad run sh " + script + "\n" + strings.Repeat("large ", 100)}
			for i := range 3 {
				contents = append(contents, fmt.Sprintf("c%d await gate", i)) // which nobody opens
			}
			w := newWorld(t, contents)
			w.write(script, []byte("until [ $(cat "+w.dir+"/*.log | grep -c begin) -ge 4 ]; do sleep 0.01; done\nexit 1\n"))
			s, err := w.link(within(t), setup{strategy: strategy.Strategy, service: service(t), slots: host.NewSlots(4, "")})
			w.check(s, err)
			if !errors.Is(err, link.ErrCompilation) || s.Failed != 1 || s.Skipped != 3 {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
}

// A compiler that fails on a worker alone is the worker's fault: the link
// succeeds, nothing is stored for it, and the user is told once.
func TestBrokenWorker(t *testing.T) {
	const jobs = 20
	failsFor := func(broken func(n string) bool) reapitest.ExecuteFunc {
		return func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
			for _, in := range job.Inputs {
				if data, _ := job.Blob(in.Digest); in.Path == "m.o" && broken(strings.TrimSpace(string(data))) {
					return &reapitest.Result{ExitCode: 1, Stderr: []byte("error: m.o: no space left\nmore\n")}, nil
				}
			}
			return worker(ctx, job)
		}
	}
	for _, tc := range []struct {
		name   string
		broken func(content string) bool
		local  int
	}{
		{"all", func(string) bool { return true }, jobs},
		{"one", func(content string) bool { return content == "c7" }, 1},
		{"half", func(content string) bool { return content[len(content)-1]%2 == 0 }, jobs / 2},
	} {
		for _, keepGoing := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s,keep_going=%v", tc.name, keepGoing), func(t *testing.T) {
				w := newWorld(t, manyDifferent(jobs))
				server := service(t, func(o *reapitest.Options) { o.Execute = failsFor(tc.broken) })
				s, err := w.link(within(t), setup{strategy: link.Fallback, service: server, keepGoing: keepGoing})
				w.check(s, err)
				if err != nil || s.Local != tc.local || s.Fallbacks != tc.local || s.Remote != jobs-tc.local {
					t.Errorf("%+v, %v", s, err)
				}
				if printed := w.stderr(); strings.Count(printed, "\n") != 1 || !strings.Contains(printed, "no space left") ||
					!strings.Contains(printed, "--toolchain=upload") || strings.Contains(printed, " m.o") {
					t.Errorf("stderr:\n%s", printed)
				}
				if n := len(server.ActionResults()); n != jobs-tc.local {
					t.Errorf("%d results are stored", n)
				}
			})
		}
	}
}

// If all workers are broken, an error in the source is still found: this machine's
// compiler prints it.
func TestSourceErrorWithBrokenWorkers(t *testing.T) {
	w := newWorld(t, append(manyDifferent(6), "worse fail"))
	server := service(t, func(o *reapitest.Options) {
		o.Execute = func(context.Context, *reapitest.Job) (*reapitest.Result, error) {
			return &reapitest.Result{ExitCode: 2, Stderr: []byte("the worker's\n")}, nil
		}
	})
	s, err := w.link(within(t), setup{strategy: link.Fallback, service: server})
	w.check(s, err)
	if !errors.Is(err, link.ErrCompilation) || s.Failed == 0 || s.Remote != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if printed := w.stderr(); !strings.Contains(printed, "error: worse is bad") {
		t.Errorf("stderr:\n%s", printed)
	}
}
