package page

import "thinrex/go/report"

// A stack is a horizontal bar whose parts make up the whole.
type stack struct {
	Parts []part
	Text  string // says in words what the bar shows
}

type part struct {
	kind
	Jobs     int
	Share    string
	X, Width string // in percent
}

// newStack makes a stack of how many jobs there are of each kind.
func newStack(jobs map[kind]int) stack {
	all := 0
	for _, n := range jobs {
		all += n
	}
	var s stack
	sofar := 0
	for _, k := range kinds {
		n := jobs[k]
		if n == 0 {
			continue
		}
		s.Parts = append(s.Parts, part{
			kind:  k,
			Jobs:  n,
			Share: share(n, all),
			X:     percent(float64(sofar), float64(all)),
			Width: percent(float64(n), float64(all)),
		})
		sofar += n
		if s.Text != "" {
			s.Text += ", "
		}
		s.Text += count(n) + " " + k.Label
	}
	return s
}

// outcomesOfSummary works without details. Jobs that are equal to another one count as hits
// on the disk there.
func outcomesOfSummary(s report.Summary) stack {
	return newStack(map[kind]int{
		diskHit:    s.Hits - s.RemoteHits,
		serviceHit: s.RemoteHits,
		local:      s.Local,
		away:       s.Remote,
		failed:     s.Failed,
		skipped:    s.Skipped,
	})
}

func outcomesOf(jobs []job) stack {
	number := map[kind]int{}
	for _, j := range jobs {
		number[j.Kind]++
	}
	return newStack(number)
}
