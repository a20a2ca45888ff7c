package compile

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"thinrex/go/action"
	"thinrex/go/compile/cppscan"
	"thinrex/go/compile/headermemo"
	"thinrex/go/compile/searchpath"
	"thinrex/go/host/filedigest"
	"thinrex/go/host/memo"
)

// dependsOn makes the action of what the compiler has just read, with which its result
// is stored. It fails if that isn't known for sure, would take too long to find out, or
// if the result isn't a function of it.
func (x *execution) dependsOn(ctx context.Context, result *action.Result, known *lookup) (candidate, error) {
	if x.unknown != nil {
		return candidate{}, x.unknown
	}
	if reason := notRepeatable(x.in.Args, x.keys.outputs, result); reason != "" {
		return candidate{}, errors.New(reason)
	}
	if object, ok := result.Output(objectName); ok {
		if err := x.checkAssembly(object); err != nil {
			return candidate{}, err
		}
	}
	known.files = known.openDigests() // what it has learnt before the compilation is out of date
	for _, name := range x.dataFiles() {
		// On no budget: profiles and the like may be large, and are remembered.
		if _, err := known.files.FileUntil(ctx, name); err != nil {
			return candidate{}, err
		}
	}
	d := &dependencies{
		execution: x,
		spent:     newBudget(ctx, x.options, x.cpu),
		digests:   known.files,
		headers:   headermemo.Open(x.options.StateDir),
	}
	a, err := d.alternative(optimiserNamesPlaces(result))
	_ = d.headers.Save() // else the next compilation scans them again
	if err != nil {
		return candidate{}, err
	}
	now, err := x.identifyCompiler(ctx)
	switch {
	case err != nil:
		return candidate{}, err
	case now.Identity != x.compiler.Identity:
		return candidate{}, fmt.Errorf("%s was replaced while it ran", x.compiler.Path)
	}
	return x.candidate(d.spent, known.files, a)
}

// dependencies finds out what a compilation that has ended depends on.
type dependencies struct {
	*execution
	spent   *budget
	digests *filedigest.Cache
	headers *headermemo.Memory
}

// alternative works out which files, and what else, decide that the texts of the
// execution are read. namesPlaces is said in optimiserNamesPlaces.
func (d *dependencies) alternative(namesPlaces bool) (alternative, error) {
	texts := d.texts
	sources, err := d.scan(texts)
	if err != nil {
		return alternative{}, err
	}
	complete := d.in.Deps != "-MMD"
	if !complete && slices.ContainsFunc(sources, func(s cppscan.Source) bool { return s.Computed }) {
		all, err := d.preprocess(d.spent)
		if err != nil {
			return alternative{}, err
		}
		all = union(texts, all)
		more, err := d.scan(all[len(texts):])
		if err != nil {
			return alternative{}, err
		}
		texts, sources, complete = all, append(sources, more...), true
	}
	if sources, err = d.follow(texts, sources); err != nil {
		return alternative{}, err
	}
	named := slices.IndexFunc(sources, func(s cppscan.Source) bool { return s.Named })
	if named >= 0 && namesPlaces {
		const why = "a message of the optimiser names places that it looks for in the file of a #line in %s"
		return alternative{}, fmt.Errorf(why, texts[named])
	}
	shadowed := slices.ContainsFunc(sources, func(s cppscan.Source) bool { return s.Shadowed })
	files := union(texts, d.dataFiles())
	stats, err := d.stats(files)
	if err != nil {
		return alternative{}, err
	}
	names, conditions, err := d.search.Conditions(d.spent, d.began, searchpath.Reading{
		Files:    files,
		Stats:    stats,
		Sources:  append(sources, make([]cppscan.Source, len(files)-len(texts))...),
		Forced:   d.in.Forced,
		Complete: complete,
		Shadowed: d.in.Shadowed || shadowed,
	})
	return alternative{names, conditions}, err
}

// stats returns the fingerprints with which the files' digests were learnt. It has zeros
// for links: the way to these is looked up again.
func (d *dependencies) stats(files []string) ([]memo.Fingerprint, error) {
	stats := make([]memo.Fingerprint, len(files))
	for i, name := range files {
		f, err := d.digests.FileUntil(d.spent, name)
		if err != nil {
			return nil, err
		}
		if !f.Link {
			stats[i] = f.Stat
		}
	}
	return stats, nil
}

// follow takes what only all sources together tell: see cppscan.Follow.
func (d *dependencies) follow(names []string, sources []cppscan.Source) ([]cppscan.Source, error) {
	macros := d.in.Macros
	if slices.ContainsFunc(sources, cppscan.Source.Renames) || macros.Renames() {
		if err := d.readTexts(names, sources); err != nil {
			return nil, err
		}
	}
	all := append(sources[:len(sources):len(sources)], macros)
	cppscan.Follow(all)
	sources, macros = all[:len(names):len(names)], all[len(names)]
	if macros.Reason != "" || len(macros.Probes) > 0 {
		return nil, errors.New("a -D asks __has_include by another name")
	}
	data := d.dataFiles()
	for i, name := range names {
		if reason := sources[i].Reason; reason != "" && !slices.Contains(data, name) {
			return nil, fmt.Errorf("%s %s", name, reason)
		}
	}
	if name := cppscan.Respelled(all); name != "" {
		return nil, fmt.Errorf("a macro asks __has_include for a name with %s in it, which is a macro", name)
	}
	return sources, nil
}
