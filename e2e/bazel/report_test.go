//go:build e2e_bazel && linux

package bazel

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A summary holds the figures of the line that thinrex prints after a link.
type summary struct{ jobs, hits, local, remote, failed int }

// A report is the output of a build, and the summaries of its links.
type report struct {
	output string
	links  map[string]summary // by the program's path in bazel-bin, without the rules' folders _dtlto
}

var (
	from     = regexp.MustCompile(`^INFO: From (.*):$`)
	thinrexs = regexp.MustCompile(`thinrex: (\d+) jobs?: (\d+) hits?, (\d+) local, (\d+) remote, (\d+) failed`)
)

func parseReport(t *testing.T, output string) report {
	t.Helper()
	r := report{output: output, links: make(map[string]summary)}
	action := ""
	for line := range strings.Lines(output) {
		if m := from.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			action = m[1]
		}
		s, ok := parseSummary(line)
		if !ok {
			continue
		}
		program, linked := strings.CutPrefix(action, "Linking ")
		program = strings.Replace("/"+program, "/_dtlto/", "/", 1)[1:]
		if _, twice := r.links[program]; twice || !linked {
			t.Errorf("a summary of %q, the second or of no link:\n%s", action, output)
		}
		r.links[program] = s
	}
	return r
}

func parseSummary(text string) (summary, bool) {
	m := thinrexs.FindStringSubmatch(text)
	if m == nil {
		return summary{}, false
	}
	var numbers [5]int
	for i := range numbers {
		numbers[i], _ = strconv.Atoi(m[i+1])
	}
	return summary{numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]}, true
}

func (r report) expect(t *testing.T, program string, want summary) {
	t.Helper()
	got, ok := r.links[program]
	if !ok {
		t.Errorf("no summary of %s's link:\n%s", program, r.output)
	} else if got != want {
		t.Errorf("link of %s: %+v, want %+v", program, got, want)
	}
}

// expectDistributed checks that the distributor has run in the links of programs.
func (r report) expectDistributed(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if s, ok := r.links[program]; !ok || s.jobs == 0 || s.failed > 0 {
			t.Errorf("link of %s: %+v:\n%s", program, s, r.output)
		}
	}
}

func (r report) expectNothingCompiled(t *testing.T, programs ...string) {
	t.Helper()
	r.expectDistributed(t, programs...)
	for program, s := range r.links {
		if s.hits != s.jobs {
			t.Errorf("link of %s compiled again: %+v", program, s)
		}
	}
}

// expectWarning checks that the build prints one warning, which begins with words.
func (r report) expectWarning(t *testing.T, words string) {
	t.Helper()
	if n := strings.Count(r.output, "thinrex: warning: "); n != 1 ||
		!strings.Contains(r.output, "thinrex: warning: "+words) {
		t.Errorf("%d warnings, want one %q:\n%s", n, words, r.output)
	}
}

func (r report) expectNoWarning(t *testing.T) {
	t.Helper()
	if strings.Contains(r.output, "thinrex: warning: ") {
		t.Errorf("a warning:\n%s", r.output)
	}
}

var processes = regexp.MustCompile(`(?m)^INFO: \d+ process(?:es)?: (.*)\.$`)

// processes returns how many of a build's actions ran in some way, in Bazel's
// words: "linux-sandbox", "remote", "disk cache hit" …
func (r report) processes(t *testing.T, way string) int {
	t.Helper()
	m := processes.FindStringSubmatch(r.output)
	if m == nil {
		t.Fatalf("Bazel doesn't say what it ran:\n%s", r.output)
	}
	for _, part := range strings.Split(m[1], ", ") {
		if count, ok := strings.CutSuffix(part, " "+way); ok {
			n, err := strconv.Atoi(count)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	return 0
}
