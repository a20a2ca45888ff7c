package link_test

import (
	"cmp"
	"errors"
	"slices"
	"testing"

	"thinrex/go/history"
	"thinrex/go/link"
	"thinrex/go/report"
)

// checkJournal checks that what was noted of each job fits the summary of a link, whatever
// its strategy, and that no two jobs were in one slot at a time.
func (w *world) checkJournal(all *history.Jobs, s report.Summary, err error) {
	w.Helper()
	count := map[history.Outcome]int{}
	ran := map[bool][]history.Job{}
	fellBack := 0
	for i, job := range all.Jobs {
		count[job.Outcome]++
		if job.Run > 0 {
			ran[job.Away] = append(ran[job.Away], job)
		}
		if job.Fallback {
			fellBack++
		}
		if name := all.Files[job.Module].Name; name != w.file.Jobs[i].Module() {
			w.Errorf("job %d of %s is noted as one of %s", i, w.file.Jobs[i].Module(), name)
		}
		delivered := job.Outcome != history.Skipped && job.Outcome != history.Failed
		if delivered && (job.Begin <= 0 || job.End < job.Begin || job.Key == "" && job.Why == "") {
			w.Errorf("%s: %+v", all.Files[job.Module].Name, job)
		}
	}
	for _, jobs := range ran {
		slices.SortFunc(jobs, func(a, b history.Job) int {
			return cmp.Or(cmp.Compare(a.Slot, b.Slot), cmp.Compare(a.Start, b.Start))
		})
		for i := range jobs[1:] {
			if a, b := jobs[i], jobs[i+1]; a.Slot == b.Slot && b.Start < a.Start+a.Run-2e-5 { // times are rounded
				w.Errorf("two jobs at a time in slot %d: %+v, %+v", a.Slot, a, b)
			}
		}
	}
	if err != nil && !errors.Is(err, link.ErrCompilation) {
		return // of the other jobs, the summary has no number
	}
	got := report.Summary{
		Hits:    count[history.Hit] + count[history.Joined],
		Local:   count[history.Local],
		Remote:  count[history.Remote],
		Failed:  count[history.Failed],
		Skipped: count[history.Skipped],
	}
	want := report.Summary{Hits: s.Hits, Local: s.Local, Remote: s.Remote, Failed: s.Failed, Skipped: s.Skipped}
	if got != want {
		w.Errorf("the journal has %+v, the summary %+v", got, want)
	}
	if fellBack > s.Fallbacks {
		w.Errorf("%d fallbacks are noted, of %d", fellBack, s.Fallbacks)
	}
}

// The journal says where results came from.
func TestJournal(t *testing.T) {
	w := newWorld(t, manyEqual("")) // 10 different ones
	server := service(t)
	address := "grpc://" + server.Addr()
	warm := openStore(t)
	for _, step := range []struct {
		setup
		from string // where 10 results came from, if the others are those of equal jobs
	}{
		{setup{strategy: link.Remote, service: server, cache: warm}, history.FromWorker(address)},
		{setup{strategy: link.Remote, service: server, cache: openStore(t)}, history.FromService(address)},
		{setup{strategy: link.Local, cache: warm}, history.FromDisk},
		{setup{strategy: link.Local, cache: openStore(t)}, history.FromHere},
	} {
		if _, err := w.link(within(t), step.setup); err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, job := range w.journal.Jobs {
			got[job.From]++
			if job.Bytes == 0 {
				t.Errorf("%+v", job)
			}
		}
		// An equal job that comes when the first one is done finds its result on the disk.
		equal := got[history.FromJob] + got[history.FromDisk]
		if here := step.from == history.FromDisk; here && equal != 60 || !here && (got[step.from] != 10 || equal != 50) {
			t.Errorf("%v, want 10 from %s", got, step.from)
		}
		w.clean()
	}
}
