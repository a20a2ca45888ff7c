package explain

import (
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"thinrex/go/history"
)

// A Match is what a name stands for: a link, jobs of a link, or a compilation.
type Match struct {
	Link        *history.Link
	Modules     []string // of Link; nil if the whole link is meant
	Compilation *history.Compilation
}

// mostSearched bounds in the details of how many links a module is looked for.
const mostSearched = 6

// Find returns what a name stands for: the ID of a link or the name of its output, a module
// of the last links, a source or an object of a compilation, in this order. Names may lack
// the folder. If nothing is called so, a part of a name is enough.
func (r Records) Find(name string) (m Match, ok bool) {
	for _, fit := range []func(file, name string) bool{isNamed, isPartOf} {
		for i := range slices.Backward(r.Links) {
			if l := &r.Links[i]; l.ID == name || fit(l.Summary.LinkerOutput, name) {
				return Match{Link: l}, true
			}
		}
		if m, ok := r.findModules(name, fit); ok {
			return m, true
		}
		compilations := r.Compilations(lastElement(name))
		for i := range slices.Backward(compilations) {
			if c := &compilations[i]; fit(c.Source, name) || fit(c.Output, name) {
				return Match{Compilation: c}, true
			}
		}
	}
	return m, false
}

// findModules looks for modules in the last link of each program whose jobs are known: those
// of a link that failed early aren't, and a file may be damaged.
func (r Records) findModules(name string, fit func(file, name string) bool) (m Match, ok bool) {
	seen := map[program]bool{}
	searched := 0
	for _, l := range slices.Backward(r.Links) {
		if seen[programOf(l)] {
			continue
		}
		if searched++; searched > mostSearched {
			break
		}
		jobs, err := r.Jobs(l.ID)
		if err != nil || len(jobs.Jobs) == 0 {
			continue
		}
		seen[programOf(l)] = true
		var modules []string
		names := namesOf(jobs)
		for _, job := range jobs.Jobs {
			if module := names[job.Module]; fit(module, name) {
				modules = append(modules, module)
			}
		}
		if len(modules) > 0 {
			return Match{Link: &l, Modules: modules}, true
		}
	}
	return m, false
}

// lastLinks returns the last link of each program, the last one first.
func (r Records) lastLinks(most int) (last []history.Link) {
	seen := map[program]bool{}
	for _, l := range slices.Backward(r.Links) {
		if p := programOf(l); !seen[p] && len(last) < most {
			seen[p] = true
			last = append(last, l)
		}
	}
	return last
}

// A program is what is linked again and again.
type program struct{ host, dir, output string }

func programOf(l history.Link) program { return program{l.Host, l.Dir, l.Summary.LinkerOutput} }

// isNamed reports whether a file has a name, which may lack folders at its beginning, or the
// archive of which it is a member.
func isNamed(file, name string) bool {
	file, name = filepath.ToSlash(file), path.Clean(filepath.ToSlash(name))
	return file == name || strings.HasSuffix(file, "/"+name) || strings.HasSuffix(file, "("+name+")")
}

// lastElement is in each name that isNamed or isPartOf reports true for.
func lastElement(name string) string { return path.Base(filepath.ToSlash(name)) }

func isPartOf(file, name string) bool {
	return strings.Contains(filepath.ToSlash(file), filepath.ToSlash(name))
}

// Known is what can be explained instead of a name that nothing has.
type Known struct {
	Links []history.Link // the last one of each program, the last one first
	Near  string         // the name of a module or a source that is like the one that was given; "" for none
}

// Known returns what can be explained instead of a name. nearest chooses the name that is most
// like it.
func (r Records) Known(name string, nearest func(name string, names []string) string) Known {
	k := Known{Links: r.lastLinks(mostSearched)}
	names := map[string]bool{}
	add := func(file string) {
		if file != "" {
			names[lastElement(file)] = true
		}
	}
	for _, l := range k.Links {
		add(l.Summary.LinkerOutput)
		if jobs, err := r.Jobs(l.ID); err == nil {
			for _, job := range jobs.Jobs {
				add(jobs.Files[job.Module].StableName())
			}
		}
	}
	for _, c := range r.Compilations("") {
		add(c.Source)
	}
	k.Near = nearest(lastElement(name), slices.Sorted(maps.Keys(names)))
	return k
}
