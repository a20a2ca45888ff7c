package page

import (
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/history"
	"thinrex/go/history/explain"
)

// BenchmarkWrite makes the page of a link of 10,000 jobs.
func BenchmarkWrite(b *testing.B) {
	c := made{jobs: 10_000, misses: 3_000, here: 16, away: 200, causes: 400, byEach: 4}.content()
	for b.Loop() {
		if err := Write(io.Discard, c); err != nil {
			b.Fatal(err)
		}
	}
}

func TestFormat(t *testing.T) {
	for _, tc := range []struct{ got, want string }{
		{seconds(0), "0 s"},
		{seconds(0.0002), "1 ms"},
		{seconds(0.042), "42 ms"},
		{seconds(0.0999), "0.1 s"},
		{seconds(9.94), "9.9 s"},
		{seconds(9.96), "10 s"},
		{seconds(61), "61 s"},
		{seconds(192), "3 min 12 s"},
		{seconds(3900), "1 h 05 min"},
		{size(999), "999 B"},
		{size(1024), "1.0 KiB"},
		{size(5 << 20), "5.0 MiB"},
		{size(3 << 40), "3.0 TiB"},
		{count(999), "999"},
		{count(1234567), "1\u202f234\u202f567"},
		{counted(1, "job"), "1 job"},
		{counted(2, "job"), "2 jobs"},
		{secondsOf(0, 0), "0 s"},
		{secondsOf(3, 0), "not known"},
		{secondsOf(3, 2), "2.0 s"},
		{share(0, 0), "–"},
		{share(0, 9), "0 %"},
		{share(9, 9), "100 %"},
		{share(9999, 10000), "99 %"},
		{share(1, 10000), "1 %"},
		{folderOf("lib/libx.a(a.o at 12)"), "lib/libx.a"},
		{folderOf("a.o"), "(working directory)"},
		{folderOf(`src\net\a.obj`), "src/net"},
		{baseName("src/net/a.o"), "a.o"},
		{baseName(`src\a.obj`), "a.obj"},
		{baseName(""), ""},
	} {
		if tc.got != tc.want {
			t.Errorf("got %q, want %q", tc.got, tc.want)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, tc := range []struct {
		wall float64
		want []string
	}{
		{0, nil},
		{0.004, []string{"0", "0.001 s", "0.002 s", "0.003 s", "0.004 s"}},
		{1.3, []string{"0", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1.0 s", "1.2 s"}},
		{14.4, []string{"0", "2 s", "4 s", "6 s", "8 s", "10 s", "12 s", "14 s"}},
		{300, []string{"0", "50 s", "1:40 min", "2:30 min", "3:20 min", "4:10 min", "5:00 min"}},
	} {
		var got []string
		for _, tick := range ticks(tc.wall) {
			got = append(got, tick.Text)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%v s (-want +got):\n%s", tc.wall, diff)
		}
	}
}

// Spans that can't be told apart on a screen become one bar; others stay.
func TestBars(t *testing.T) {
	got := bars([]span{
		{from: 50, to: 60, class: "away", text: "long", jobs: 1},
		{from: 0, to: 0.01, class: "local", text: "first", jobs: 1},
		{from: 0.02, to: 0.03, class: "local", text: "second", jobs: 1},
	}, 100)
	want := []bar{
		{X: "0.000%", Width: "0.050%", Class: "local", Text: "2 jobs from 0 s on"},
		{X: "50.000%", Width: "10.000%", Class: "away", Text: "long"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWaitingColumns(t *testing.T) {
	waits := func(from, start float64) job {
		return job{Job: history.Job{Begin: from, Start: start, Run: 1}}
	}
	bars, most := waitingColumns([]job{waits(0, 30), waits(0, 60), waits(60, 60)}, timeColumns)
	if most != 2 || len(bars) != 61 {
		t.Errorf("%d columns, at most %d jobs", len(bars), most)
	}
	if last := bars[60]; last.Height != "50.000%" || last.Y != "50.000%" || last.Text != "60 s to 61 s: 1 job" {
		t.Errorf("the last column: %+v", last)
	}
}

func TestReruns(t *testing.T) {
	changed := func(name string) cause { return cause{"changed import", name} }
	ran := func(name string, run float64, causes ...cause) job {
		return job{Job: history.Job{Run: run}, Name: name, Kind: local, explained: explained{Causes: causes}}
	}
	got := newReruns([]job{
		ran("src/a.o", 1, changed("src/x.o"), changed("src/y.o")),
		ran("src/b.o", 3, changed("src/x.o")),
		{Name: "src/hit.o", Kind: diskHit},
	}, map[cause]string{changed("src/y.o"): "changed: f()"})
	want := reruns{
		Causes: []causeNode{{changed("src/x.o"), "x.o", 2}, {changed("src/y.o"), "y.o", 1}},
		Jobs: []jobNode{
			{"src/b.o", "b.o", "src/b.o: compiled on this machine, 3.0 s", "local"},
			{"src/a.o", "a.o", "src/a.o: compiled on this machine, 1.0 s", "local"},
		},
		Lines: []line{
			{"25.000%", "25.000%", "cause0"}, {"25.000%", "75.000%", "cause0"}, {"75.000%", "75.000%", "cause1"},
		},
		Height: 2 * nodeHeight,
		Table: []causeRow{
			{cause: changed("src/x.o"), Jobs: 2, Run: 4, Some: []string{"src/b.o", "src/a.o"}},
			{cause: changed("src/y.o"), Jobs: 1, Run: 1, Some: []string{"src/a.o"}, Parts: "changed: f()"},
		},
		More: []causeRow{},
		Text: got.Text,
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(causeNode{}, causeRow{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// On a first link all jobs have the same cause: a graph would say nothing.
func TestOneCause(t *testing.T) {
	first := explained{Causes: []cause{{What: "first time"}}}
	got := newReruns([]job{
		{Name: "a.o", Kind: local, explained: first},
		{Name: "b.o", Kind: local, explained: first},
	}, nil)
	if len(got.Lines) > 0 || len(got.Table) != 1 || got.Table[0].Jobs != 2 {
		t.Errorf("got %+v", got)
	}
}

func TestWhy(t *testing.T) {
	for _, tc := range []struct {
		name string
		job  job
		want string
	}{
		{"hit", job{Kind: diskHit, Job: history.Job{Key: "k"}}, ""},
		{
			"many causes",
			job{Kind: local, explained: explained{Texts: []string{"a", "b", "c", "d"}}},
			"a; b; c; and 1 other cause",
		},
		{
			"not cached",
			job{Kind: local, Job: history.Job{Why: "x"}, explained: explained{Texts: []string{"not cached: x"}}},
			"not cached: x",
		},
		{
			"all else",
			job{Kind: local, Job: history.Job{Key: "k", Why: "x", Whole: "y", Fallback: true, Twice: true}},
			"not stored: x; its imports were read whole: y; a worker couldn't compile it; " +
				"compiled twice, because what came of slices was of no use",
		},
	} {
		if got := why(tc.job); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

// A group's causes are those of all its jobs; what differs from job to job is left out.
func TestCauses(t *testing.T) {
	groups := []explain.Group{
		{Modules: []string{"a.o"}, Causes: []explain.Cause{{Kind: explain.ModuleChanged, File: "a.o"}}},
		{Modules: []string{"b.o"}, Causes: []explain.Cause{
			{Kind: explain.ImportChanged, File: "x.o", Difference: explain.Difference{Changed: []string{"g()"}}},
			{Kind: explain.ImportRemoved, File: "y.o"},
		}},
		{Modules: []string{"c.o"}, Causes: []explain.Cause{
			{Kind: explain.ImportChanged, File: "x.o", Difference: explain.Difference{
				Changed: []string{"f()", "g()"},
				Added:   []string{"h()"},
			}},
		}},
		{Modules: []string{"d.o"}, Causes: []explain.Cause{{Kind: explain.NotCached, Why: "x.s is included"}}},
	}
	got := explainedModules(groups)
	for module, want := range map[string][]cause{
		"a.o": {{What: "the module itself changed"}},
		"b.o": {{"changed import", "x.o"}, {"import that is gone", "y.o"}},
		"c.o": {{"changed import", "x.o"}},
		"d.o": {{What: "not cached: x.s is included"}},
	} {
		if diff := cmp.Diff(want, got[module].Causes); diff != "" {
			t.Errorf("%s (-want +got):\n%s", module, diff)
		}
	}
	parts := changedParts(groups)[cause{"changed import", "x.o"}]
	if want := "changed: f(), g(); imported now: h()"; parts != want {
		t.Errorf("parts: got %q, want %q", parts, want)
	}
}

func TestGlance(t *testing.T) {
	run := func(name string, begin, start, length float64) job {
		return job{Job: history.Job{Begin: begin, Start: start, Run: length}, Name: name, Kind: local}
	}
	for _, tc := range []struct{ name, got, want string }{
		{
			"a long job at the end", lastText([]job{run("a.o", 0, 0, 2), run("b.o", 0, 0, 10)}, 10),
			"The last compilation was that of b.o: compiled on this machine, from 0 s to 10 s." +
				" For 8.0 s at the end nothing else ran: more slots wouldn't help, a smaller module would.",
		},
		{
			"jobs that end together", lastText([]job{run("a.o", 0, 0, 9), run("b.o", 0, 1, 9)}, 10),
			"The last compilation was that of b.o: compiled on this machine, from 1.0 s to 10 s.",
		},
		{"no job", lastText(nil, 10), ""},
		{
			"few slots", waitingText([]job{run("a.o", 0, 6, 2), run("b.o", 0, 8, 2)}),
			"Compilations waited for a slot for 7.0 s each and ran for 2.0 s, on average: " +
				"more slots (--jobs, --remote_jobs) would make the link faster.",
		},
		{
			"failures", failedText([]job{{Name: "a.o", Kind: failed}, {Name: "b.o", Kind: local}}),
			"The compiler failed for 1 module: a.o.",
		},
		{"enough slots", waitingText([]job{run("a.o", 0, 0, 2), run("b.o", 0, 1, 2)}), ""},
		{
			"not stored",
			uncachedText([]job{
				{Job: history.Job{Why: "x.s is included"}, Kind: local},
				{Job: history.Job{Why: "x.s is included"}, Kind: local},
				{Job: history.Job{Why: "another"}, Kind: away},
				{Job: history.Job{Why: "the compiler failed"}, Kind: failed},
			}),
			"3 jobs will run again in the next link, because the result isn't kept: x.s is included (2).",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestModuleChanges(t *testing.T) {
	link := func(jobs ...history.Job) *history.Jobs {
		files := []history.File{{Name: "a.o"}, {Name: "b.o"}, {Name: "c.o"}, {Name: "d.o"}}
		return &history.Jobs{Files: files, Jobs: jobs}
	}
	got := moduleChanges(Content{
		Jobs: link(history.Job{Module: 0, Outcome: history.Local}, history.Job{Module: 2, Outcome: history.Remote}),
		PreviousJobs: link(history.Job{Module: 0, Outcome: history.Hit}, history.Job{Module: 1, Outcome: history.Hit},
			history.Job{Module: 3, Outcome: history.Hit}),
	})
	want := []string{
		"1 module new in this link",
		"2 modules no longer in it",
		"1 module compiled in this link, hit in the one before",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
