package stats_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"thinrex/go/history"
	"thinrex/go/history/stats"
	"thinrex/go/report"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// recorded returns a history, and its state folder, with two links and a command of each
// outcome, from noon on one in each hour.
func recorded(t *testing.T) (h history.Folder, state string) {
	t.Helper()
	state = t.TempDir()
	h = history.In(state)
	for i, l := range []history.Link{
		{
			Project: "/a", Strategy: "local", SavedSeconds: 100.5, RunSeconds: 20,
			Summary: report.Summary{
				LinkerOutput: "first", Jobs: 20, Hits: 9, Local: 8, Failed: 2, Skipped: 1, Uncached: 3, WallSeconds: 7.5,
				Error: "2 jobs failed",
			},
		},
		{
			Dir: "/b/build", Project: "/b", Strategy: "racing", SavedSeconds: 30, RunSeconds: 4,
			Summary: report.Summary{
				LinkerOutput: "second", Jobs: 10, Hits: 6, Local: 1, Remote: 3, RemoteHits: 4, SliceHits: 2, Fallbacks: 1,
				BytesUploaded: 1000, BytesDownloaded: 5000, WallSeconds: 2.5,
			},
		},
	} {
		l.Started = noon.Add(time.Duration(i) * time.Hour)
		if err := h.AddLink(l, nil); err != nil {
			t.Fatal(err)
		}
	}
	const compile, backend = history.CompilePhase, history.BackendPhase
	for i, c := range []history.Compilation{
		{Phase: compile, Outcome: history.Hit, From: history.FromDisk, Ran: 2, Seconds: 0.1},
		{Phase: compile, Outcome: history.Hit, From: history.FromService("grpc://cache"), Ran: 3, Seconds: 0.1},
		{Phase: compile, Outcome: history.IRHit, From: history.FromDisk, Ran: 5, Seconds: 1},
		{Phase: compile, Outcome: history.Compiled, Ran: 2, Seconds: 2.1},
		{Phase: compile, Outcome: history.NotStored, Ran: 1, Seconds: 1.1},
		{Phase: compile, Outcome: history.NotCached, Seconds: 7, Source: "a.c", Why: "a.c includes /dev/stdin"},
		{Phase: compile, Outcome: history.Failed, Ran: 1, Seconds: 1},
		{Phase: backend, Outcome: history.Hit, From: history.FromDisk, Ran: 0.25},
	} {
		c.Project, c.Started = "/a", noon.Add(time.Duration(2+i)*time.Hour)
		if err := h.AddCompilation(c); err != nil {
			t.Fatal(err)
		}
	}
	return h, state
}

func of(t *testing.T, h history.Folder, since time.Time, from stats.From) *stats.Totals {
	t.Helper()
	totals, err := stats.Of(h, since, from)
	if err != nil {
		t.Fatal(err)
	}
	return totals
}

func rate(hits, all float64) *float64 {
	r := hits / all
	return &r
}

// Each record is counted once, in all tables.
func TestOf(t *testing.T) {
	h, _ := recorded(t)
	first := stats.Counts{
		Runs: 1, Jobs: 20, Hits: 9, Compiled: 8, Failed: 2, Skipped: 1, NotStored: 3,
		HitRate: rate(9, 17), SavedSeconds: 100.5, RunSeconds: 20,
	}
	second := stats.Counts{
		Runs: 1, Jobs: 10, Hits: 6, Compiled: 4, Remote: 3, RemoteHits: 4, SliceHits: 2, Fallbacks: 1,
		HitRate: rate(6, 10), SavedSeconds: 30, RunSeconds: 4, BytesUploaded: 1000, BytesDownloaded: 5000,
	}
	want := &stats.Totals{
		Version: 1,
		Since:   noon,
		From:    stats.Oldest,
		Total: stats.Counts{
			Runs: 10, Jobs: 38, Hits: 19, Compiled: 14, Failed: 3, Skipped: 1, PassedOn: 1,
			RemoteHits: 5, SliceHits: 2, IRHits: 1, Remote: 3, Fallbacks: 1, NotStored: 4, HitRate: rate(19, 33),
			SavedSeconds: 139.75, RunSeconds: 27, BytesUploaded: 1000, BytesDownloaded: 5000,
		},
		Phases: []stats.Row{
			{Name: stats.Links, Counts: stats.Counts{
				Runs: 2, Jobs: 30, Hits: 15, Compiled: 12, Failed: 2, Skipped: 1,
				RemoteHits: 4, SliceHits: 2, Remote: 3, Fallbacks: 1, NotStored: 3, HitRate: rate(15, 27),
				SavedSeconds: 130.5, RunSeconds: 24, BytesUploaded: 1000, BytesDownloaded: 5000,
			}},
			{Name: stats.Compilations, Counts: stats.Counts{
				Runs: 7, Jobs: 7, Hits: 3, Compiled: 2, Failed: 1, PassedOn: 1,
				RemoteHits: 1, IRHits: 1, NotStored: 1, HitRate: rate(3, 5), SavedSeconds: 9, RunSeconds: 3,
			}},
			{Name: stats.Backends, Counts: stats.Counts{Runs: 1, Jobs: 1, Hits: 1, HitRate: rate(1, 1), SavedSeconds: 0.25}},
		},
		Strategies: []stats.Row{{Name: "local", Counts: first}, {Name: "racing", Counts: second}},
		Projects: []stats.Row{
			{Name: "/a", Counts: stats.Counts{
				Runs: 9, Jobs: 28, Hits: 13, Compiled: 10, Failed: 3, Skipped: 1, PassedOn: 1,
				RemoteHits: 1, IRHits: 1, NotStored: 4, HitRate: rate(13, 23), SavedSeconds: 109.75, RunSeconds: 23,
			}},
			{Name: "/b", Counts: second},
		},
		NotCached: []stats.Reason{{Why: "FILE includes /dev/stdin", Commands: 1}},
		LastLink: &stats.LastLink{
			Started: noon.Add(time.Hour), Dir: "/b/build", Project: "/b", Strategy: "racing", LinkerOutput: "second",
			WallSeconds: 2.5, Counts: second,
		},
	}
	got := of(t, h, time.Time{}, stats.Oldest)
	if got.LastLink.ID == "" {
		t.Error("the last link has no ID")
	}
	got.LastLink.ID = ""
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(stats.Totals{})); diff != "" {
		t.Error(diff)
	}
}

// What began earlier isn't counted; what began at that time is.
func TestSince(t *testing.T) {
	h, _ := recorded(t)
	got := of(t, h, noon.Add(time.Hour), stats.Asked)
	if got.Total.Runs != 9 || got.Total.Jobs != 18 || got.LastLink.LinkerOutput != "second" ||
		!got.Since.Equal(noon.Add(time.Hour)) {
		t.Errorf("%+v", got)
	}
	got = of(t, h, noon.Add(2*time.Hour), stats.Asked)
	if got.Total.Runs != 8 || got.LastLink != nil || len(got.Strategies) > 0 {
		t.Errorf("%+v", got)
	}
	got = of(t, h, noon.Add(24*time.Hour), stats.Asked)
	if got.Total != (stats.Counts{}) {
		t.Errorf("%+v", got)
	}
}

// A history that isn't there has no records, and its JSON has no null where a list should be.
func TestNothing(t *testing.T) {
	got := of(t, history.In(filepath.Join(t.TempDir(), "absent")), time.Time{}, stats.Oldest)
	data, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var form map[string]any
	if err := json.Unmarshal(data, &form); err != nil {
		t.Fatal(err)
	}
	_, since := form["since"]
	if got.Total.Runs != 0 || len(got.Phases) != 3 || form["projects"] == nil || form["strategies"] == nil || since {
		t.Errorf("%s", data)
	}
}

// Records that can't be read are counted apart, and impossible numbers spoil no sum.
func TestDamagedRecords(t *testing.T) {
	h, state := recorded(t)
	before := of(t, h, time.Time{}, stats.Oldest)
	logs, _ := filepath.Glob(filepath.Join(state, "history", "links-*"))
	if len(logs) != 1 {
		t.Fatal(logs)
	}
	f, err := os.OpenFile(logs[0], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const started = `"started":"2026-11-30T12:30:00Z","project":"/c","summary":`
	const largest = `{"hits":9223372036854775807,"bytes_uploaded":9223372036854775807}}`
	for _, line := range []string{
		"torn", `{"version":1,"started":"2026`, `{"version":7,` + started + `[]}`, "\x00\x00\x00",
		`{"version":1,"saved_seconds":-5,` + started + `{"jobs":-3,"hits":-1,"bytes_uploaded":-7}}`,
		`{"version":1,"saved_seconds":1e308,` + started + largest,
		`{"version":1,"saved_seconds":1e308,` + started + largest,
	} {
		if _, err := f.WriteString(line + "\n"); err != nil {
			t.Fatal(err)
		}
	}
	got := of(t, h, time.Time{}, stats.Oldest)
	if got.Torn != 3 || got.Later != 1 || got.Total.Runs != before.Total.Runs+3 {
		t.Errorf("%d torn, %d later, %d runs", got.Torn, got.Later, got.Total.Runs)
	}
	if c := got.Total; c.Hits < before.Total.Hits || c.BytesUploaded < before.Total.BytesUploaded ||
		c.SavedSeconds < before.Total.SavedSeconds || math.IsInf(c.SavedSeconds, 0) {
		t.Errorf("%+v", c)
	}
	if _, err := json.Marshal(got); err != nil {
		t.Error(err)
	}
}
