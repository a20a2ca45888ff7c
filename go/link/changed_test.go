package link_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"thinrex/go/host"
	"thinrex/go/link"
)

// gatedJobs returns a world of groups of equal jobs, whose compiler waits for a file
// called gate, and of a last job that is compiled on this machine when all others have
// been looked up. The last job gives some of the others another shard, makes the gate,
// and then runs the shell commands in more.
func gatedJobs(t *testing.T, equal, groups int, isChanged func(i int) bool, more string) *world {
	t.Helper()
	contents := make([]string, equal+1)
	for i := range equal {
		contents[i] = fmt.Sprintf("gated%d await gate", i%groups)
	}
	// The largest, so it is the first.
	contents[equal] = "opener run sh change.sh\n" + strings.Repeat("large ", 100)
	w := newWorld(t, contents)
	w.runAsIs(equal)
	script := "set -e\n"
	for i, job := range w.file.Jobs[:equal] {
		if isChanged(i) {
			w.write(job.Shard()+".new", shardFor(job.Module(), lib, otherShard))
			script += fmt.Sprintf("mv %[1]s.new %[1]s\n", job.Shard())
		}
	}
	w.write("change.sh", []byte(script+": >gate\n"+more))
	return w
}

// The shard of a job that has joined an equal one changes before there is an object. The
// job is then compiled as the linker wrote it, in a slot. The unchanged jobs get the
// object, and nothing wrong is stored in a cache.
func TestEqualJobsChange(t *testing.T) {
	const equal, groups = 18, 3
	isChanged := func(i int) bool { return i%5 == 1 }
	for _, strategy := range strategies {
		t.Run(strategy.name, func(t *testing.T) {
			w := gatedJobs(t, equal, groups, isChanged, "")
			slots := 1
			if strategy.Strategy == link.Racing {
				slots += groups // which wait at the gate
			}
			u := setup{strategy: strategy.Strategy, service: service(t), cache: openStore(t), slots: host.NewSlots(slots, "")}
			s, err := w.link(within(t), u)
			w.check(s, err)
			if err != nil {
				t.Fatal(err)
			}
			w.checkChanged(equal, isChanged)
			if _, atOnce := w.compilations("fakecc"); atOnce > slots {
				t.Errorf("%d compilations at once on %d slots", atOnce, slots)
			}
			for range 2 { // with both caches, then with the service's alone
				w.clean()
				w.write("change.sh", nil)
				s, err = w.link(within(t), u)
				w.check(s, err)
				w.checkStored(equal, isChanged)
				u.cache = openStore(t)
			}
		})
	}
}

// checkChanged checks the objects of a link during which shards have changed. In each
// group, one changed job may be the one that the others have joined: its action was made
// before the change.
func (w *world) checkChanged(equal int, isChanged func(int) bool) {
	w.Helper()
	first := map[string]bool{}
	for i, job := range w.file.Jobs[:equal] {
		name, got := w.name(i), w.read(job.Outputs[0])
		joined := objectOf(name, canonicalShard(smallShard))
		asIs := objectOf(name, shardFor(job.Module(), lib, otherShard))
		switch {
		case isChanged(i) && got == joined && !first[name]:
			first[name] = true
		case isChanged(i) && got != asIs:
			w.Errorf("%s, whose shard has changed, is %q, want %q", job.Outputs[0], got, asIs)
		case !isChanged(i) && got != joined:
			w.Errorf("%s is %q, want %q", job.Outputs[0], got, joined)
		}
	}
}

// checkStored checks the objects of a later link, for which the changed jobs are equal to
// each other again.
func (w *world) checkStored(equal int, isChanged func(int) bool) {
	w.Helper()
	for i, job := range w.file.Jobs[:equal] {
		words := smallShard
		if isChanged(i) {
			words = otherShard
		}
		if got, want := w.read(job.Outputs[0]), objectOf(w.name(i), canonicalShard(words)); got != want {
			w.Errorf("a later link: %s is %q, want %q", job.Outputs[0], got, want)
		}
	}
}

// If shards are removed before their jobs are compiled as the linker wrote them, these
// jobs fail, and so does the link.
func TestShardsOfEqualJobsVanish(t *testing.T) {
	const equal = 4
	for _, strategy := range strategies[:3] {
		t.Run(strategy.name, func(t *testing.T) {
			w := gatedJobs(t, equal, 1, func(int) bool { return false }, "")
			script := "rm -f mod0001.o.thinlto.bc mod0002.o.thinlto.bc\n: >gate\n"
			w.write("change.sh", []byte(script))
			s, err := w.link(within(t), setup{
				strategy:  strategy.Strategy,
				service:   service(t),
				slots:     host.NewSlots(1, ""),
				keepGoing: true,
			})
			w.check(s, err)
			if err == nil || s.Failed == 0 || s.Failed > 2 {
				t.Errorf("%+v, %v", s, err)
			}
			if _, err := os.Stat("gate"); err != nil {
				t.Error(err)
			}
		})
	}
}
