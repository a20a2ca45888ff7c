package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"thinrex/go/digest"
	"thinrex/go/history"
	"thinrex/go/history/stats"
	"thinrex/go/report"
	"thinrex/go/store"
)

// runStats returns what thinrex stats prints of a cache's history.
func runStats(t *testing.T, cache string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := newRoot(start{})
	root.SetOut(&out)
	root.SetArgs(append([]string{"stats", "--disk_cache=" + cache}, args...))
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func wantStats(t *testing.T, cache, want string, args ...string) {
	t.Helper()
	got, err := runStats(t, cache, args...)
	if err != nil || !strings.Contains(got, want) {
		t.Errorf("stats %q: %v, printed, without %q:\n%s", args, err, want, got)
	}
}

// addLink records a link that has ended just now.
func addLink(t *testing.T, cache string, ago time.Duration) {
	t.Helper()
	h := history.In(store.StateDir(cache, digest.SHA256))
	l := history.Link{
		Started:      time.Now().Add(-ago),
		Dir:          "/home/you/project/build",
		Project:      "/home/you/project",
		Strategy:     "local",
		SavedSeconds: 61,
		Summary:      report.Summary{LinkerOutput: "prog", Jobs: 4, Hits: 3, Local: 1, WallSeconds: 1.25},
	}
	if err := h.AddLink(l, nil); err != nil {
		t.Fatal(err)
	}
}

// From an empty history on, through --zero, which forgets nothing.
func TestStats(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Chdir(t.TempDir())
	cache := t.TempDir()
	wantStats(t, cache, "nothing is recorded yet")
	wantStats(t, cache, `"last_link": null`, "--json")
	wantStats(t, cache, "# EOF\n", "--format=openmetrics")

	addLink(t, cache, 48*time.Hour)
	addLink(t, cache, time.Hour)
	wantStats(t, cache, "  links     2     8     6  75.0%         2       0  2m02s\n")
	wantStats(t, cache, "  links     1     4     3  75.0%         1       0  1m01s\n", "--since=24h")
	wantStats(t, cache, "no link and no compilation has begun since ", "--since=1m")
	wantStats(t, cache, `thinrex_jobs_total{phase="links",strategy="local",project="/home/you/project",outcome="hit"} 6`,
		"--format=openmetrics")

	wantStats(t, cache, "totals begin now", "--zero")
	wantStats(t, cache, "no link and no compilation has begun since ")
	addLink(t, cache, 0)
	wantStats(t, cache, "  links     1     4     3  75.0%         1       0  1m01s\n")
	wantStats(t, cache, "  links     3    12     9  75.0%         3       0  3m03s\n", "--since=7d")

	for _, args := range [][]string{{"--json"}, {"--format=json"}, {"--json", "--format=json"}} {
		out, err := runStats(t, cache, args...)
		var totals stats.Totals
		if err := json.Unmarshal([]byte(out), &totals); err != nil {
			t.Fatal(err)
		}
		if err != nil || totals.Version != stats.Version || totals.From != stats.Zeroed || totals.LastLink.Hits != 3 {
			t.Errorf("%q: %+v, %v", args, totals, err)
		}
	}
}

func TestStatsBadUsage(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Chdir(t.TempDir())
	cache := t.TempDir()
	for _, test := range []struct{ args, want string }{
		{"--format=xml", "text, json or openmetrics"},
		{"--json --format=openmetrics", "give one of them"},
		{"--since=-1h", "give how long ago"},
		{"--since=2999-01-01", "is in the future"},
		{"--since=", "give how long ago"},
		{"--zero --json", "leave out"},
		{"--zero --since=1h", "leave out"},
		{"more", "takes no argument"},
	} {
		out, err := runStats(t, cache, strings.Fields(test.args)...)
		if err == nil || out != "" || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, printed %q", test.args, err, out)
		}
	}
}

// What people read fits 80 columns, and no name spoils it.
func TestStatsText(t *testing.T) {
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	rate := 0.9999
	c := stats.Counts{
		Runs: 12345, Jobs: 1234567, Hits: 1230000, Compiled: 4000, Failed: 567, Skipped: 3, PassedOn: 40,
		RemoteHits: 7, SliceHits: 5, IRHits: 8, Remote: 9, Fallbacks: 2, NotStored: 10, HitRate: &rate,
		SavedSeconds: 1e6, RunSeconds: 1000, BytesUploaded: 1 << 20, BytesDownloaded: 5,
	}
	totals := &stats.Totals{
		Since: at.Add(-48 * time.Hour), From: stats.Zeroed, Torn: 2, Later: 1, Total: c,
		Phases:     []stats.Row{{Name: stats.Links, Counts: c}, {Name: stats.Backends}},
		Strategies: []stats.Row{{Name: "remote_local_fallback", Counts: c}},
		Projects: []stats.Row{
			{Name: "/home/you/src", Counts: c},
			{Name: "/home/yours", Counts: c},
			{Name: "/home/you/" + strings.Repeat("long/", 20) + "end", Counts: stats.Counts{Runs: 1}},
			{Name: "/tmp/\x1b[31mred\n", Counts: c},
			{Counts: stats.Counts{Runs: 1}},
		},
		NotCached: []stats.Reason{{Why: "-E", Commands: 30}, {Why: strings.Repeat("long ", 20), Commands: 10}},
		LastLink: &stats.LastLink{
			Started: at.Add(-90 * time.Second), Dir: "/home/you", LinkerOutput: "prog", WallSeconds: 12.5,
			Error: "one line\nanother", Counts: c,
		},
	}
	for i := range 8 {
		totals.Projects = append(totals.Projects, stats.Row{Name: fmt.Sprint("/p", i)})
	}
	var out strings.Builder
	if err := printStats(&out, totals, at, "/home/you"); err != nil {
		t.Fatal(err)
	}
	const want = `since 2026-11-28 12:00 (--zero)
damaged records, which aren't counted: 2
records of a later thinrex, which aren't counted: 1

          runs     jobs     hits   rate  compiled  failed   saved
  links  12345  1234567  1230000  99.9%      4000     567  11d13h
  all    12345  1234567  1230000  99.9%      4000     567  11d13h

  hits that came from a service                 7
  hits that slices made possible                5
  hits for which the front end ran (IR)         8
  jobs compiled by workers                      9
  jobs compiled here instead of there           2
  compiled jobs that are in no cache           10
  jobs skipped after a failure                  3
  commands that thinrex cc doesn't cache       40
  downloaded by links                     5 bytes
  uploaded by links                          1.0m

  not cached, because                                               commands
  -E                                                                      30
  long long long long long long long long long long long long lon…        10

  links by strategy       runs     jobs     hits   rate   saved
  remote_local_fallback  12345  1234567  1230000  99.9%  11d13h

  by project                         runs     jobs     hits   rate   saved
  ~/src                             12345  1234567  1230000  99.9%  11d13h
  /home/yours                       12345  1234567  1230000  99.9%  11d13h
  …ng/long/long/long/long/long/end      1        0        0      -    0.0s
  "/tmp/\x1b[31mred\n"              12345  1234567  1230000  99.9%  11d13h
  (unknown)                             1        0        0      -    0.0s
  /p0                                   0        0        0      -    0.0s
  /p1                                   0        0        0      -    0.0s
  /p2                                   0        0        0      -    0.0s
  /p3                                   0        0        0      -    0.0s
  /p4                                   0        0        0      -    0.0s
  … and 3 more; --json has them

last link: prog in ~, 1m30s ago
  1234567 jobs: 1230000 hits (99.9%), 4000 compiled, 567 failed; took 13s, saved 11d13h
  it failed: one line
`
	if got := out.String(); got != want {
		t.Errorf("printed\n%s", got)
	}
}
