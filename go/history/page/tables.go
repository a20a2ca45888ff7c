package page

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// A slowJob is a row of the modules whose compilation took longest.
type slowJob struct {
	job
	Waited float64
	Bars   []bar // from the lookup to the end, on the scale of the longest
}

const mostSlow = 20

func slowest(jobs []job) []slowJob {
	var ran []job
	longest := 0.0
	for _, j := range jobs {
		if j.compiled() && j.Run > 0 {
			ran = append(ran, j)
		}
	}
	slices.SortStableFunc(ran, func(a, b job) int { return cmp.Compare(b.Run, a.Run) })
	ran = ran[:min(len(ran), mostSlow)]
	for _, j := range ran {
		longest = max(longest, j.Lookup+j.Cut+j.queued()+j.Run)
	}
	rows := make([]slowJob, len(ran))
	for i, j := range ran {
		rows[i] = slowJob{j, j.queued(), phases(j, longest)}
	}
	return rows
}

// phases are the parts of a job's way, one after the other.
func phases(j job, longest float64) []bar {
	var all []bar
	at := 0.0
	add := func(class, text string, length float64) {
		if length > 0 {
			all = append(all, bar{
				X:     percent(at, longest),
				Width: percent(length, longest),
				Class: class,
				Text:  fmt.Sprintf("%s: %s", text, seconds(length)),
			})
			at += length
		}
	}
	add("lookup", "looked up", j.Lookup)
	add("cut", "imports cut", j.Cut)
	add("waiting", "waited for a slot", j.queued())
	add(j.Kind.Class, j.Kind.Label, j.Run)
	return all
}

// A square stands for one job in the picture of all.
type square struct{ Class, Text string }

const mostSquares = 20_000

func squares(jobs []job) ([]square, string) {
	shown := jobs[:min(len(jobs), mostSquares)]
	all := make([]square, len(shown))
	for i, j := range shown {
		all[i] = square{j.Kind.Class, j.Name + ": " + j.Kind.Label}
	}
	if left := len(jobs) - len(shown); left > 0 {
		return all, fmt.Sprintf("%s: not shown.", counted(left, "more job"))
	}
	return all, ""
}

// A folderRow counts the modules of one folder.
type folderRow struct {
	Name     string
	Jobs     int
	Hits     int
	Share    string
	Run      float64
	Outcomes stack
	jobs     []job
}

const mostFolders = 30

// folders counts modules by folder. Those in which compilers ran for longest come first.
func folders(jobs []job) []folderRow {
	of := map[string]*folderRow{}
	for _, j := range jobs {
		name := folderOf(j.Name)
		f := of[name]
		if f == nil {
			f = &folderRow{Name: name}
			of[name] = f
		}
		f.add(j)
	}
	rows := make([]folderRow, 0, len(of))
	for _, f := range of {
		rows = append(rows, *f)
	}
	slices.SortFunc(rows, func(a, b folderRow) int {
		return cmp.Or(cmp.Compare(b.Run, a.Run), cmp.Compare(b.Jobs-b.Hits, a.Jobs-a.Hits),
			cmp.Compare(b.Jobs, a.Jobs), cmp.Compare(a.Name, b.Name))
	})
	if left := len(rows) - mostFolders; left > 0 {
		rest := folderRow{Name: counted(left, "other folder")}
		for _, f := range rows[mostFolders:] {
			for _, j := range f.jobs {
				rest.add(j)
			}
		}
		rows = append(rows[:mostFolders:mostFolders], rest)
	}
	for i := range rows {
		rows[i].Share = share(rows[i].Hits, rows[i].Jobs)
		rows[i].Outcomes = outcomesOf(rows[i].jobs)
	}
	return rows
}

func (f *folderRow) add(j job) {
	f.Jobs++
	if j.hit() {
		f.Hits++
	}
	f.Run += j.Run
	f.jobs = append(f.jobs, j)
}

// folderOf is the folder of a module, or the archive that it is a member of: lld calls these
// lib/libx.a(member.o at 123).
func folderOf(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	if archive, member, ok := strings.Cut(name, "("); ok && strings.HasSuffix(member, ")") {
		return archive
	}
	if dir := path.Dir(name); dir != "." {
		return dir
	}
	return "(working directory)"
}

// A moduleRow is a row of the table of all modules.
type moduleRow struct {
	job
	Why string
}

const mostModules = 10_000

// modules lists all jobs: those that ran first, the slowest at the top.
func modules(jobs []job) ([]moduleRow, string) {
	sorted := slices.Clone(jobs)
	slices.SortStableFunc(sorted, func(a, b job) int {
		return cmp.Or(compareBool(a.hit(), b.hit()), cmp.Compare(b.Run, a.Run))
	})
	text := ""
	if left := len(sorted) - mostModules; left > 0 {
		sorted = sorted[:mostModules]
		text = fmt.Sprintf("%s: not listed. thinrex explain MODULE tells of each.", counted(left, "more module"))
	}
	rows := make([]moduleRow, len(sorted))
	for i, j := range sorted {
		rows[i] = moduleRow{j, why(j)}
	}
	return rows, text
}

// compareBool puts false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// why is what is known of the reason for a job's outcome, in one cell.
func why(j job) string {
	texts := slices.Clone(j.Texts[:min(len(j.Texts), mostReasons)])
	if left := len(j.Texts) - mostReasons; left > 0 {
		texts = append(texts, "and "+counted(left, "other cause"))
	}
	if j.Why != "" && j.Key != "" && j.Kind != failed { // else the causes say so
		texts = append(texts, "not stored: "+j.Why)
	}
	if j.Whole != "" {
		texts = append(texts, "its imports were read whole: "+j.Whole)
	}
	if j.Fallback {
		texts = append(texts, "a worker couldn't compile it")
	}
	if j.Twice {
		texts = append(texts, "compiled twice, because what came of slices was of no use")
	}
	return strings.Join(texts, "; ")
}

const mostReasons = 3
