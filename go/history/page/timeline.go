package page

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// A timeline shows what happened when: how many jobs were looked up, how many waited for a
// slot, and what each slot did.
type timeline struct {
	Ticks       []tick
	Done        []bar // hits for each stretch of time
	MostHit     int   // the highest of Done
	Waiting     []bar
	MostWaiting int
	Groups      []laneGroup
	Text        string
}

// A tick is a mark on the axis of time.
type tick struct{ X, Text, Anchor string }

// A laneGroup has the slots of this machine, or those on workers.
type laneGroup struct {
	Title  string
	Height int // of the chart, in pixels
	Lanes  []lane
	Left   string // how many slots aren't drawn; "" for none
}

// A lane is what one slot did.
type lane struct {
	Name      string
	Y, Height int
	Bars      []bar
	busy      float64
}

// A bar is a rectangle with a text that a browser shows for it.
type bar struct {
	X, Width  string // in percent
	Y, Height string // in percent, of bars in columns
	Class     string
	Text      string
}

const (
	timeColumns = 120  // how many stretches of time columns have
	finest      = 1000 // spans shorter than one part in this many of the whole are drawn together
	mostLanes   = 64   // of a group: more don't fit a screen
)

func newTimeline(jobs []job, wall float64) timeline {
	for _, j := range jobs {
		wall = max(wall, j.ended())
	}
	t := timeline{Ticks: ticks(wall)}
	t.Done, t.MostHit = hitColumns(jobs, wall)
	t.Waiting, t.MostWaiting = waitingColumns(jobs, wall)
	here, there := slots(jobs, false), slots(jobs, true)
	t.addGroup("This machine", here, wall)
	t.addGroup("Workers", there, wall)
	t.Text = fmt.Sprintf("The link took %s. ", seconds(wall))
	for _, g := range t.Groups {
		t.Text += g.Title + ". "
	}
	return t
}

// ticks are at most eight round times.
func ticks(wall float64) []tick {
	if wall <= 0 {
		return nil
	}
	step := 0.001
	for i := 0; wall/step > 8; i++ {
		step *= []float64{2, 2.5, 2}[i%3] // 1, 2, 5, 10, 20, …
	}
	var all []tick
	for i := 0; float64(i)*step <= wall; i++ {
		at := tick{percent(float64(i)*step, wall), axisTime(float64(i)*step, step), "middle"}
		switch {
		case i == 0:
			at.Anchor = "start"
		case float64(i)*step > 0.95*wall:
			at.Anchor = "end"
		}
		all = append(all, at)
	}
	return all
}

// axisTime has as many digits as the steps of the axis need.
func axisTime(at, step float64) string {
	switch {
	case at == 0:
		return "0"
	case step < 0.01:
		return fmt.Sprintf("%.3f s", at)
	case step < 0.1:
		return fmt.Sprintf("%.2f s", at)
	case step < 1:
		return fmt.Sprintf("%.1f s", at)
	case at < 60:
		return fmt.Sprintf("%.0f s", at)
	case at < 3600:
		return fmt.Sprintf("%d:%02d min", int(at)/60, int(at)%60)
	}
	return fmt.Sprintf("%d:%02d h", int(at)/3600, int(at)%3600/60)
}

// hitColumns are how many hits there were in each stretch of time.
func hitColumns(jobs []job, wall float64) ([]bar, int) {
	var number [timeColumns]int
	for _, j := range jobs {
		if j.hit() {
			number[column(j.ended(), wall)]++
		}
	}
	return columns(number[:], wall, "disk", "hit")
}

// waitingColumns are how many jobs waited for a slot, at most, in each stretch of time.
func waitingColumns(jobs []job, wall float64) ([]bar, int) {
	var change [timeColumns + 1]int
	for _, j := range jobs {
		if wait := j.queued(); wait > 0 {
			change[column(j.Start-wait, wall)]++
			change[column(j.Start, wall)+1]--
		}
	}
	var number [timeColumns]int
	waiting := 0
	for i := range number {
		waiting += change[i]
		number[i] = waiting
	}
	return columns(number[:], wall, "waiting", "job")
}

func column(at, wall float64) int {
	if wall <= 0 {
		return 0
	}
	return min(max(int(at/wall*timeColumns), 0), timeColumns-1)
}

func columns(number []int, wall float64, class, thing string) ([]bar, int) {
	most := slices.Max(number)
	var bars []bar
	for i, n := range number {
		if n == 0 {
			continue
		}
		from, to := float64(i)*wall/timeColumns, float64(i+1)*wall/timeColumns
		height := float64(n) / float64(most)
		bars = append(bars, bar{
			X:      percent(float64(i), timeColumns),
			Width:  percent(1, timeColumns),
			Y:      percent(1-height, 1),
			Height: percent(height, 1),
			Class:  class,
			Text:   fmt.Sprintf("%s to %s: %s", seconds(from), seconds(to), counted(n, thing)),
		})
	}
	return bars, most
}

// A span is the time that a job had a slot.
type span struct {
	from, to float64
	class    string
	text     string
	jobs     int
}

// slots returns the spans of each slot, of this machine or on workers.
func slots(jobs []job, away bool) map[int][]span {
	of := map[int][]span{}
	for _, j := range jobs {
		if j.Run == 0 || j.Away != away {
			continue
		}
		of[j.Slot] = append(of[j.Slot], span{
			from:  j.Start,
			to:    j.Start + j.Run,
			class: j.Kind.Class,
			text:  fmt.Sprintf("%s: %s, %s from %s", j.Name, j.Kind.Label, seconds(j.Run), seconds(j.Start)),
			jobs:  1,
		})
	}
	return of
}

// addGroup adds the lanes of some slots, or nothing if there are none. Of very many slots it
// draws those that were busy for longest.
func (t *timeline) addGroup(title string, spans map[int][]span, wall float64) {
	if len(spans) == 0 {
		return
	}
	g := laneGroup{Title: fmt.Sprintf("%s: %s", title, counted(len(spans), "slot"))}
	for _, slot := range slices.Sorted(maps.Keys(spans)) {
		l := lane{Name: fmt.Sprintf("slot %d", slot+1), Height: laneHeight(len(spans))}
		for _, s := range spans[slot] {
			l.busy += s.to - s.from
		}
		l.Bars = bars(spans[slot], wall)
		g.Lanes = append(g.Lanes, l)
	}
	if left := len(g.Lanes) - mostLanes; left > 0 {
		slices.SortStableFunc(g.Lanes, func(a, b lane) int { return cmp.Compare(b.busy, a.busy) })
		g.Lanes = g.Lanes[:mostLanes]
		g.Left = fmt.Sprintf("%s that had less to do: not drawn.", counted(left, "more slot"))
	}
	for i := range g.Lanes {
		g.Lanes[i].Y = i * (g.Lanes[i].Height + laneGap)
		g.Height = g.Lanes[i].Y + g.Lanes[i].Height
	}
	t.Groups = append(t.Groups, g)
}

const laneGap = 3

func laneHeight(lanes int) int {
	switch {
	case lanes <= 12:
		return 20
	case lanes <= 32:
		return 11
	}
	return 6
}

// bars draws spans. Neighbours that are too short to be seen become one bar, so that a lane
// has at most some 2,000.
func bars(spans []span, wall float64) []bar {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	tiny := wall / finest
	var merged []span
	for _, s := range spans {
		if n := len(merged); n > 0 && s.to-merged[n-1].from < tiny {
			merged[n-1].to = max(merged[n-1].to, s.to)
			merged[n-1].jobs += s.jobs
			continue
		}
		merged = append(merged, s)
	}
	all := make([]bar, len(merged))
	for i, s := range merged {
		if s.jobs > 1 {
			s.text = fmt.Sprintf("%s from %s on", counted(s.jobs, "job"), seconds(s.from))
		}
		all[i] = bar{
			X:     percent(s.from, wall),
			Width: percent(max(s.to-s.from, tiny/2), wall),
			Class: s.class,
			Text:  s.text,
		}
	}
	return all
}
