package page

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// reruns is the graph of what had to run because of what: causes at the left, jobs at the
// right, and a line between each job and each of its causes.
type reruns struct {
	Causes []causeNode
	Jobs   []jobNode
	Lines  []line
	Height int // in pixels
	Table  []causeRow
	More   []causeRow // of the table, those that are shown when somebody wants them
	Left   string     // what isn't in the graph; "" for nothing
	Text   string
}

type causeNode struct {
	cause
	Short string // the file's last element
	Jobs  int
}

type jobNode struct{ Name, Short, Text, Class string }

// A line leads from a cause to a job, in percent of the graph.
type line struct{ Y1, Y2, Class string }

// A causeRow says in the table which jobs a cause made run.
type causeRow struct {
	cause
	Jobs  int
	Run   float64  // seconds of these jobs
	Some  []string // the slowest of these jobs
	Left  string   // how many others there are
	Parts string   // what changed in the file, if that is known
}

const (
	mostCauses    = 12 // in the graph
	mostJobs      = 24 // in the graph
	mostCauseRows = 100
	someJobs      = 8 // in a row of the table
	nodeHeight    = 28
)

func newReruns(jobs []job, parts map[cause]string) reruns {
	var ran []job
	for _, j := range jobs {
		if len(j.Causes) > 0 {
			ran = append(ran, j)
		}
	}
	if len(ran) == 0 {
		return reruns{}
	}
	slices.SortStableFunc(ran, func(a, b job) int { return cmp.Compare(b.Run, a.Run) })
	rows := causeRows(ran)
	for i := range rows {
		rows[i].Parts = parts[rows[i].cause]
	}
	var g reruns
	if len(rows) > 1 || rows[0].Name != "" { // else all jobs have one cause, such as the first link
		g = graph(rows[:min(len(rows), mostCauses)], ran)
		g.Left = leftText(len(rows)-len(g.Causes), len(ran)-len(g.Jobs))
	}
	rows = rows[:min(len(rows), mostCauseRows)]
	g.Table, g.More = rows[:min(len(rows), mostCauses)], rows[min(len(rows), mostCauses):]
	g.Text = "Lines from causes to the jobs that ran because of them. The table has the same."
	return g
}

// leftText says what isn't in the graph.
func leftText(causes, jobs int) string {
	var texts []string
	if causes > 0 {
		texts = append(texts, counted(causes, "cause")+" of fewer jobs")
	}
	if jobs > 0 {
		texts = append(texts, counted(jobs, "job")+" that took less time")
	}
	if len(texts) == 0 {
		return ""
	}
	return "Not in the picture: " + strings.Join(texts, ", ") + "."
}

// causeRows sorts causes by how many jobs they made run. The jobs are sorted already.
func causeRows(ran []job) []causeRow {
	of := map[cause]*causeRow{}
	for _, j := range ran {
		for _, c := range j.Causes {
			row := of[c]
			if row == nil {
				row = &causeRow{cause: c}
				of[c] = row
			}
			row.Jobs++
			row.Run += j.Run
			if len(row.Some) < someJobs {
				row.Some = append(row.Some, j.Name)
			}
		}
	}
	rows := make([]causeRow, 0, len(of))
	for _, row := range of {
		if left := row.Jobs - len(row.Some); left > 0 {
			row.Left = fmt.Sprintf("and %s", counted(left, "other"))
		}
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b causeRow) int {
		return cmp.Or(cmp.Compare(b.Jobs, a.Jobs), cmp.Compare(b.Run, a.Run), cmp.Compare(a.text(), b.text()))
	})
	return rows
}

// graph draws these causes, and the slowest jobs that have one of them.
func graph(rows []causeRow, ran []job) reruns {
	var g reruns
	place := map[cause]int{}
	for i, row := range rows {
		place[row.cause] = i
		g.Causes = append(g.Causes, causeNode{row.cause, baseName(row.Name), row.Jobs})
	}
	var drawn []job
	for _, j := range ran {
		known := slices.ContainsFunc(j.Causes, func(c cause) bool { _, ok := place[c]; return ok })
		if known && len(drawn) < mostJobs {
			drawn = append(drawn, j)
		}
	}
	first := func(j job) int { // of its causes, so that lines cross less
		at := len(rows)
		for _, c := range j.Causes {
			if i, ok := place[c]; ok {
				at = min(at, i)
			}
		}
		return at
	}
	slices.SortStableFunc(drawn, func(a, b job) int { return cmp.Compare(first(a), first(b)) })
	for i, j := range drawn {
		text := fmt.Sprintf("%s: %s, %s", j.Name, j.Kind.Label, seconds(j.Run))
		g.Jobs = append(g.Jobs, jobNode{j.Name, baseName(j.Name), text, j.Kind.Class})
		for _, c := range j.Causes {
			if at, ok := place[c]; ok {
				g.Lines = append(g.Lines, line{
					Y1:    percent(float64(at)+0.5, float64(len(rows))),
					Y2:    percent(float64(i)+0.5, float64(len(drawn))),
					Class: fmt.Sprintf("cause%d", at%3),
				})
			}
		}
	}
	g.Height = nodeHeight * max(len(g.Causes), len(g.Jobs))
	return g
}
