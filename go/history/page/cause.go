package page

import (
	"slices"
	"strings"

	"thinrex/go/history/explain"
)

// A cause is one reason why a job ran. Those that jobs have in common are equal, so that
// they can be counted.
type cause struct {
	What string // "changed import", or all that there is to say
	Name string // of the file that it is about; "" if What says all
}

// labels are what the page says of causes, if explain's texts are too long, or name what
// differs from job to job. Those of files get the file's name behind them.
var labels = map[explain.Kind]string{
	explain.ModuleChanged: "the module itself changed",
	explain.IndexChanged:  "only the linker's index changed",
	explain.ImportChanged: "changed import",
	explain.ImportAdded:   "new import",
	explain.ImportRemoved: "import that is gone",
	explain.InputChanged:  "changed file",
	explain.InputAdded:    "new file",
	explain.InputRemoved:  "file that isn't read any more",
	explain.FirstTime:     "first time",
	explain.Gone:          "no longer in any cache",
}

func causeOf(c explain.Cause) cause {
	label, ok := labels[c.Kind]
	switch {
	case !ok:
		return cause{What: c.Text()}
	case c.Kind == explain.ModuleChanged:
		return cause{What: label}
	}
	return cause{label, c.File}
}

func (c cause) text() string { return strings.TrimSpace(c.What + " " + c.Name) }

// An explained job has the causes of a job, in both forms.
type explained struct {
	Causes []cause
	Texts  []string
}

// explainedModules returns the causes by the names of modules.
func explainedModules(groups []explain.Group) map[string]explained {
	of := map[string]explained{}
	for _, g := range groups {
		var e explained
		for _, c := range g.Causes {
			e.Texts = append(e.Texts, c.Text())
			if c := causeOf(c); !slices.Contains(e.Causes, c) {
				e.Causes = append(e.Causes, c)
			}
		}
		for _, module := range g.Modules {
			of[module] = e
		}
	}
	return of
}

// changedParts says of imports which functions and variables in them changed, as far as that
// is known.
func changedParts(groups []explain.Group) map[cause]string {
	known := map[cause]explain.Difference{}
	for _, g := range groups {
		for _, c := range g.Causes {
			if c.Kind == explain.ImportChanged {
				of := known[causeOf(c)]
				of.Changed = append(of.Changed, c.Changed...)
				of.Added = append(of.Added, c.Added...)
				of.Removed = append(of.Removed, c.Removed...)
				known[causeOf(c)] = of
			}
		}
	}
	texts := map[cause]string{}
	for c, d := range known {
		var parts []string
		add := func(what string, names []string) {
			slices.Sort(names)
			if names = slices.Compact(names); len(names) > 0 {
				parts = append(parts, what+" "+shortList(names))
			}
		}
		add("changed:", d.Changed)
		add("imported now:", d.Added)
		add("no longer imported:", d.Removed)
		texts[c] = strings.Join(parts, "; ")
	}
	return texts
}

const mostListed = 8

func shortList(names []string) string {
	if left := len(names) - mostListed; left > 0 {
		return strings.Join(names[:mostListed], ", ") + " and " + counted(left, "other")
	}
	return strings.Join(names, ", ")
}
