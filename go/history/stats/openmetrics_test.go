package stats_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"thinrex/go/history"
	"thinrex/go/history/stats"
	"thinrex/go/report"
)

func metrics(t *testing.T, h history.Folder) string {
	t.Helper()
	var text strings.Builder
	if err := of(t, h, time.Time{}, stats.Oldest).WriteOpenMetrics(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// Names, units and labels are those that docs/operate.md promises.
func TestOpenMetrics(t *testing.T) {
	h, _ := recorded(t)
	text := metrics(t, h)
	for _, want := range []string{
		"# TYPE thinrex_jobs counter\n# HELP thinrex_jobs ",
		`thinrex_jobs_total{phase="links",strategy="local",project="/a",outcome="hit"} 9` + "\n" +
			`thinrex_jobs_created{phase="links",strategy="local",project="/a",outcome="hit"} 1796040000` + "\n",
		`thinrex_jobs_total{phase="compilations",project="/a",outcome="passed_on"} 1` + "\n",
		"# TYPE thinrex_saved_seconds counter\n# UNIT thinrex_saved_seconds seconds\n",
		`thinrex_saved_seconds_total{phase="links",strategy="local",project="/a"} 100.5` + "\n",
		`thinrex_downloaded_bytes_total{phase="links",strategy="racing",project="/b"} 5000` + "\n",
		`thinrex_last_link_hit_ratio{phase="links",strategy="racing",project="/b"} 0.6` + "\n",
		`thinrex_last_link_started_timestamp_seconds{phase="links",strategy="racing",project="/b"} 1796043600` + "\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	checkOpenMetrics(t, text)
}

// Whatever is in a project's name, each sample is one line, and its labels end where they
// should.
func TestOpenMetricsEscapes(t *testing.T) {
	h := history.In(t.TempDir())
	l := history.Link{Started: noon, Project: "C:\\a \"b\"\nc\xff}", Summary: report.Summary{Hits: 1}}
	if err := h.AddLink(l, nil); err != nil {
		t.Fatal(err)
	}
	text := metrics(t, h)
	want := `thinrex_runs_total{phase="links",project="C:\\a \"b\"\nc` + "\ufffd" + `}"} 1`
	if !strings.Contains(text, want) {
		t.Errorf("no %s in\n%s", want, text)
	}
	checkOpenMetrics(t, text)
}

func TestOpenMetricsOfNothing(t *testing.T) {
	checkOpenMetrics(t, metrics(t, history.In(t.TempDir())))
}

var sampleLine = regexp.MustCompile(
	`^([a-z_]+)\{([a-z]+="([^"\\]|\\["\\n])*"(,[a-z]+="([^"\\]|\\["\\n])*")*)\} \d+(\.\d+)?$`)

// checkOpenMetrics checks what OpenMetrics 1.0 asks of the text: families are in one piece,
// their metadata comes first, a unit ends the name, samples of counters end in _total or
// _created, no sample is there twice, and the end is marked.
func checkOpenMetrics(t *testing.T, text string) {
	t.Helper()
	body, ended := strings.CutSuffix(text, "\n# EOF\n")
	if !ended {
		t.Fatalf("no end:\n%s", text)
	}
	name, kind := "", ""
	families, samples := map[string]bool{}, map[string]bool{}
	for line := range strings.SplitSeq(body, "\n") {
		if metadata, ok := strings.CutPrefix(line, "# "); ok {
			word := strings.SplitN(metadata, " ", 3)
			if word[0] == "TYPE" {
				if name, kind = word[1], word[2]; families[name] {
					t.Errorf("%s is there twice", name)
				}
				families[name] = true
			}
			if word[1] != name || word[0] == "UNIT" && !strings.HasSuffix(name, "_"+word[2]) {
				t.Errorf("%s in %s", line, name)
			}
			continue
		}
		m := sampleLine.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("not a sample: %s", line)
			continue
		}
		if id := m[1] + m[2]; samples[id] {
			t.Errorf("twice: %s", line)
		} else {
			samples[id] = true
		}
		if kind == "counter" && m[1] != name+"_total" && m[1] != name+"_created" || kind == "gauge" && m[1] != name {
			t.Errorf("%s %s has a sample %s", kind, name, line)
		}
	}
}
