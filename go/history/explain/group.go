package explain

import (
	"cmp"
	"slices"
	"strings"
)

// A Group has the jobs of a link that missed for the same causes.
type Group struct {
	Causes  []Cause  `json:"causes"`
	Modules []string `json:"modules"`
}

// Places counts the hits among jobs by where their results came from, the most first.
func Places(jobs []Job) (places []Place) {
	count := map[string]int{}
	for _, job := range jobs {
		if len(job.Causes) == 0 {
			count[job.From]++
		}
	}
	for from, n := range count {
		places = append(places, Place{from, n})
	}
	slices.SortFunc(places, func(a, b Place) int {
		return cmp.Or(cmp.Compare(b.Jobs, a.Jobs), cmp.Compare(a.From, b.From))
	})
	return places
}

// A Place is where results came from.
type Place struct {
	From string `json:"from"`
	Jobs int    `json:"jobs"`
}

// Groups puts the jobs together that missed for the same causes, the most first.
func (r Records) Groups(jobs []Job) (groups []Group) {
	byCauses := map[string]int{}
	for _, job := range jobs {
		if len(job.Causes) == 0 {
			continue
		}
		causes := decisive(job.Causes)
		key := keyOf(causes)
		at, ok := byCauses[key]
		if !ok {
			at = len(groups)
			byCauses[key] = at
			groups = append(groups, Group{Causes: slices.Clone(causes)})
		} else {
			groups[at].merge(causes)
		}
		groups[at].Modules = append(groups[at].Modules, job.Module)
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return cmp.Compare(len(b.Modules), len(a.Modules)) })
	left := mostPairs
	for _, g := range groups {
		addValues(g.Causes, r.Values, &left)
	}
	return groups
}

// Complete says of each changed import of a job which functions and variables in it changed,
// and how a changed module was made.
func (r Records) Complete(l Link, job *Job) {
	left := mostPairs
	addValues(job.Causes, r.Values, &left)
	if len(only(job.Causes, ModuleChanged)) > 0 {
		job.MadeBy = r.makerOf(l, job.Module)
	}
}

// decisive leaves out other causes beside one that is enough to make any job miss.
func decisive(causes []Cause) []Cause {
	if common := only(causes, CompilerChanged, ArgumentsChanged, EnvironmentChanged); len(common) > 0 {
		return common
	}
	if len(only(causes, ModuleChanged)) > 0 {
		return []Cause{{Kind: ModuleChanged}} // without its name, which would make each job a group
	}
	return causes
}

func only(causes []Cause, kinds ...Kind) (list []Cause) {
	for _, c := range causes {
		if slices.Contains(kinds, c.Kind) {
			list = append(list, c)
		}
	}
	return list
}

// keyOf is equal for equal causes, whatever the functions.
func keyOf(causes []Cause) string {
	var key strings.Builder
	for _, c := range causes {
		key.WriteString(string(c.Kind) + "\x00" + c.File + "\x00" + c.Why + "\x01")
	}
	return key.String()
}

// merge adds the slices of a further job with the same causes.
func (g *Group) merge(causes []Cause) {
	for i, c := range causes {
		if c.Kept != g.Causes[i].Kept {
			g.Causes[i].Kept = Kept{} // it isn't the same for all
		}
		for _, pair := range c.slices {
			if own := &g.Causes[i].slices; len(*own) < mostPairsOfAnImport && !slices.Contains(*own, pair) {
				*own = append(*own, pair)
			}
		}
	}
}
