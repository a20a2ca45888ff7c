package trace

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/history"
	"thinrex/go/report"
)

// A written event is one as a viewer reads it.
type written struct {
	Name string         `json:"name"`
	Cat  string         `json:"cat"`
	Ph   string         `json:"ph"`
	Ts   *int64         `json:"ts"`
	Dur  int64          `json:"dur"`
	Pid  int            `json:"pid"`
	Tid  int            `json:"tid"`
	Args map[string]any `json:"args"`
}

func write(t *testing.T, jobs ...history.Job) []written {
	t.Helper()
	details := &history.Jobs{
		Files: []history.File{{Name: "a.o", Size: 100}, {Name: "b.o", Size: 20}, {Name: "x.profdata", Size: 3}},
		Jobs:  jobs,
	}
	link := history.Link{
		ID:      "20260301-101500.000-k3x1",
		Started: time.Date(2026, 3, 1, 10, 15, 0, 0, time.UTC),
		Summary: report.Summary{Version: "0.9.0", LinkerOutput: "app"},
	}
	var out bytes.Buffer
	if err := Write(&out, link, details); err != nil {
		t.Fatal(err)
	}
	var got struct {
		TraceEvents     []written         `json:"traceEvents"`
		DisplayTimeUnit string            `json:"displayTimeUnit"`
		OtherData       map[string]string `json:"otherData"`
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.DisplayTimeUnit != "ms" || got.OtherData["output"] != "app" {
		t.Errorf("unit %q, output %q", got.DisplayTimeUnit, got.OtherData["output"])
	}
	checkNesting(t, got.TraceEvents)
	return got.TraceEvents
}

// checkNesting fails unless the complete events of each thread are nested or apart, in the
// order in which viewers need them. Perfetto leaves out what overlaps.
func checkNesting(t *testing.T, events []written) {
	t.Helper()
	type thread struct{ pid, tid int }
	open := map[thread][]int64{} // ends of the events around
	for _, e := range events {
		if e.Ts == nil {
			t.Errorf("%s %s has no ts", e.Ph, e.Name)
			continue
		}
		if e.Ph != "X" {
			continue
		}
		at := thread{e.Pid, e.Tid}
		around := slices.DeleteFunc(open[at], func(end int64) bool { return end <= *e.Ts })
		for _, end := range around {
			if end < *e.Ts+e.Dur {
				t.Errorf("%s at %d lasts until %d, longer than the event around it, which ends at %d",
					e.Name, *e.Ts, *e.Ts+e.Dur, end)
			}
		}
		open[at] = append(around, *e.Ts+e.Dur)
	}
}

// threads returns the names of threads by process.
func threads(events []written) map[string][]string {
	process := map[int]string{}
	names := map[string][]string{}
	for _, e := range events {
		switch e.Name {
		case "process_name":
			process[e.Pid] = e.Args["name"].(string)
		case "thread_name":
			names[process[e.Pid]] = append(names[process[e.Pid]], e.Args["name"].(string))
		}
	}
	return names
}

func complete(events []written, name string) []written {
	return slices.DeleteFunc(slices.Clone(events), func(e written) bool { return e.Ph != "X" || e.Name != name })
}

func TestSlotsAreThreads(t *testing.T) {
	events := write(t,
		history.Job{Outcome: history.Local, Begin: 0.1, Lookup: 0.1, Start: 0.3, Run: 2, Slot: 1},
		history.Job{Outcome: history.Remote, Begin: 0.1, Lookup: 0.1, Start: 0.5, Run: 3, Slot: 6, Away: true},
		history.Job{Outcome: history.Local, Begin: 0.2, Lookup: 0.1, Start: 2.3, Run: 1, Slot: 1},
	)
	want := map[string][]string{
		"lookups":      {"lookup 1", "lookup 2"},
		"this machine": {"slot 2"},
		"workers":      {"slot 7"},
	}
	if diff := cmp.Diff(want, threads(events)); diff != "" {
		t.Errorf("threads (-want +got):\n%s", diff)
	}
	if runs := complete(events, "run"); len(runs) != 2 || *runs[0].Ts != 300_000 || runs[0].Dur != 2_000_000 {
		t.Errorf("runs: %+v", runs)
	}
}

func TestArguments(t *testing.T) {
	events := write(t, history.Job{
		Module:  0,
		Imports: []int32{1},
		Inputs:  []int32{2},
		Outcome: history.Local,
		From:    history.FromHere,
		Key:     "abc/12",
		Begin:   0.1,
		Start:   0.3,
		Run:     2,
		Bytes:   77,
	})
	got := complete(events, "a.o")
	if len(got) != 1 || got[0].Cat != "local" {
		t.Fatalf("got %+v", got)
	}
	want := map[string]any{
		"module":      "a.o",
		"outcome":     "local",
		"from":        "this machine",
		"key":         "abc/12",
		"bytes":       77.,
		"bytes_read":  123.,
		"imports":     1.,
		"ran_seconds": 0.,
	}
	if diff := cmp.Diff(want, got[0].Args); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Imports are cut when there is a slot for it, which may be long after the lookup.
func TestCutWhenThereWasASlot(t *testing.T) {
	for _, e := range write(t, history.Job{
		Outcome: history.Hit,
		Begin:   0.1,
		Lookup:  0.1,
		CutAt:   2,
		Cut:     0.5,
		Write:   0.25,
		End:     3,
	}) {
		if e.Name == "cut imports" && (*e.Ts != 2_000_000 || e.Dur != 500_000) {
			t.Errorf("cut at %d µs for %d, want at 2 s for 0.5 s", *e.Ts, e.Dur)
		}
	}
}

// A hit has no slot: all that it does is beside the lookups.
func TestHit(t *testing.T) {
	events := write(t, history.Job{Outcome: history.Hit, Begin: 0.1, Lookup: 0.1, Write: 0.05, End: 0.3})
	if _, ok := threads(events)["this machine"]; ok {
		t.Error("a slot without a job")
	}
	whole, written := complete(events, "a.o"), complete(events, "write")
	if len(whole) != 1 || *whole[0].Ts != 100_000 || whole[0].Dur != 200_000 {
		t.Errorf("the job: %+v", whole)
	}
	if len(written) != 1 || *written[0].Ts != 250_000 {
		t.Errorf("writing: %+v", written)
	}
}

// Times are rounded, and a computer's clock may be set back. Neither may make events overlap.
func TestOverlaps(t *testing.T) {
	slot := func(start, run float64) history.Job {
		return history.Job{Outcome: history.Local, Begin: 0.1, Start: start, Run: run, Slot: 0}
	}
	events := write(t, slot(1, 1.0004), slot(2, 1), slot(2.5, 1))
	if diff := cmp.Diff([]string{"slot 1", "slot 1 (2)"}, threads(events)["this machine"]); diff != "" {
		t.Errorf("threads (-want +got):\n%s", diff)
	}
}

func TestWaiting(t *testing.T) {
	job := func(start float64) history.Job {
		return history.Job{Outcome: history.Local, Begin: 0, Lookup: 0.1, Start: start, Run: 1}
	}
	var got []float64
	for _, e := range write(t, job(0.1), job(1.1), job(2.1)) {
		if e.Ph == "C" {
			got = append(got, e.Args["jobs"].(float64))
		}
	}
	if diff := cmp.Diff([]float64{2, 1, 0}, got); diff != "" {
		t.Errorf("jobs that wait (-want +got):\n%s", diff)
	}
}

func TestNoJobs(t *testing.T) {
	if events := write(t); len(events) != 0 {
		t.Errorf("events of no job: %v", events)
	}
}
