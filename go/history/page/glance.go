package page

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"thinrex/go/history"
)

// glance says in a few sentences how the link went, and what a reader could do about what was
// slow. The rest of the page is the evidence.
func glance(c Content, jobs []job) []string {
	s := c.Link.Summary
	texts := []string{hitText(c.Link)}
	add := func(text string) {
		if text != "" {
			texts = append(texts, text)
		}
	}
	add(failedText(jobs))
	add(causeText(jobs))
	add(uncachedText(jobs))
	if s.Fallbacks > 0 {
		add(fmt.Sprintf("%s had to be compiled here, because workers couldn't.", counted(s.Fallbacks, "job")))
	}
	add(lastText(jobs, s.WallSeconds))
	add(waitingText(jobs))
	return texts
}

func hitText(l history.Link) string {
	s := l.Summary
	if s.Jobs == 0 {
		return "The link had no jobs."
	}
	text := fmt.Sprintf("%s of %s needed no compiler", count(s.Hits), counted(s.Jobs, "job"))
	if l.SavedSeconds > 0 {
		text += fmt.Sprintf(", which saved %s of compiling", seconds(l.SavedSeconds))
	}
	return text + "."
}

// failedText names the modules whose compiler failed.
func failedText(jobs []job) string {
	var names []string
	for _, j := range jobs {
		if j.Kind == failed {
			names = append(names, j.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("The compiler failed for %s: %s.", counted(len(names), "module"), shortList(names))
}

// causeText names the three causes that made most jobs run.
func causeText(jobs []job) string {
	var ran []job
	unknown := 0
	for _, j := range jobs {
		if len(j.Causes) > 0 {
			ran = append(ran, j)
		} else if j.compiled() {
			unknown++
		}
	}
	rows := causeRows(ran)
	if len(rows) == 0 {
		return ""
	}
	var texts []string
	for _, row := range rows[:min(len(rows), 3)] {
		texts = append(texts, fmt.Sprintf("%s (%s)", row.text(), count(row.Jobs)))
	}
	if left := len(rows) - 3; left > 0 {
		texts = append(texts, "and "+counted(left, "other"))
	}
	return fmt.Sprintf("%s had to run: %s.", counted(len(ran)+unknown, "job"), strings.Join(texts, "; "))
}

// uncachedText names the most frequent reason why results aren't stored.
func uncachedText(jobs []job) string {
	number := map[string]int{}
	all := 0
	for _, j := range jobs {
		if j.Why != "" && (j.Kind == local || j.Kind == away) {
			number[j.Why]++
			all++
		}
	}
	if all == 0 {
		return ""
	}
	var reasons []string
	for reason := range number {
		reasons = append(reasons, reason)
	}
	slices.SortFunc(reasons, func(a, b string) int {
		return cmp.Or(cmp.Compare(number[b], number[a]), cmp.Compare(a, b))
	})
	return fmt.Sprintf("%s will run again in the next link, because the result isn't kept: %s (%s).",
		counted(all, "job"), reasons[0], count(number[reasons[0]]))
}

// lastText tells of the job that ended last, and of the time at the end in which nothing else
// ran: no cache and no further slot makes that time shorter.
func lastText(jobs []job, wall float64) string {
	last := -1
	end := func(i int) float64 { return jobs[i].Start + jobs[i].Run }
	for i, j := range jobs {
		if j.Run > 0 && (last < 0 || end(i) > end(last)) {
			last = i
		}
	}
	if last < 0 || jobs[last].Run < wall/20 {
		return ""
	}
	from := jobs[last].Start
	for i, j := range jobs {
		if j.Run > 0 && i != last {
			from = max(from, end(i))
		}
	}
	text := fmt.Sprintf("The last compilation was that of %s: %s, from %s to %s.", jobs[last].Name,
		jobs[last].Kind.Label, seconds(jobs[last].Start), seconds(end(last)))
	if alone := end(last) - from; alone > wall/5 {
		text += fmt.Sprintf(" For %s at the end nothing else ran: more slots wouldn't help, a smaller module would.",
			seconds(alone))
	}
	return text
}

// waitingText tells whether more slots would have helped.
func waitingText(jobs []job) string {
	waited, ran, number := 0.0, 0.0, 0
	for _, j := range jobs {
		if j.Run > 0 {
			waited, ran, number = waited+j.queued(), ran+j.Run, number+1
		}
	}
	if number == 0 || waited < ran {
		return ""
	}
	return fmt.Sprintf("Compilations waited for a slot for %s each and ran for %s, on average: "+
		"more slots (--jobs, --remote_jobs) would make the link faster.",
		seconds(waited/float64(number)), seconds(ran/float64(number)))
}
