package compile

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"thinrex/go/filedigest"
	"thinrex/go/headers"
	"thinrex/go/includes"
)

// inputs makes the action of what the compiler has just read. It fails when
// that isn't known for sure.
func (c *compilation) inputs(ctx context.Context, dir string, names []string, began headers.Moment) (candidate, error) {
	c.files = c.openDigests() // what it has learnt before the compilation is out of date
	alternative, err := c.alternative(ctx, dir, names, began)
	if err != nil {
		return candidate{}, err
	}
	again, err := c.resolve(ctx)
	switch {
	case err != nil:
		return candidate{}, err
	case again.Identity != c.compiler.Identity:
		return candidate{}, errors.New("the compiler is another one now")
	}
	return c.candidate(alternative)
}

// alternative works out which files, and what else, decide that names are read.
func (c *compilation) alternative(ctx context.Context, dir string, names []string, began headers.Moment) (alternative, error) {
	complete := c.in.Deps != "-MMD"
	for {
		sources, err := c.scanAll(names)
		if err != nil {
			return alternative{}, err
		}
		if !complete && slices.ContainsFunc(sources, func(s includes.Source) bool { return s.Computed }) {
			all, err := c.preprocess(ctx, dir)
			if err != nil {
				return alternative{}, err
			}
			names, complete = union(names, all), true
			continue
		}
		shadowed := c.in.Shadowed || slices.ContainsFunc(sources, func(s includes.Source) bool { return s.Shadowed })
		if i := slices.IndexFunc(sources, func(s includes.Source) bool { return s.Named }); i >= 0 && c.spoke {
			return alternative{}, fmt.Errorf("the optimiser speaks of places that it looks for in the file of a #line in %s", names[i])
		}
		conditions, more, err := c.search.Conditions(began, names, sources, c.in.Forced, shadowed)
		if err != nil || len(more) == 0 {
			return alternative{names, conditions}, err
		}
		names = union(names, more)
	}
}

// scanAll hashes and scans files. Whether they are those that the compiler has
// read is to be asked after that.
func (c *compilation) scanAll(names []string) ([]includes.Source, error) {
	fixed := c.in.Macros.Fixed()
	sources := make([]includes.Source, len(names), len(names)+1)
	for i, name := range names {
		if _, err := c.files.File(name); err != nil {
			return nil, err
		}
		_, data, err := filedigest.Read(name)
		if err != nil {
			return nil, err
		}
		if c.in.AsmBlocks() {
			if word := includes.AssemblerReads(data); word != "" {
				return nil, fmt.Errorf("%s holds %s, with which an asm block may read a file", name, word)
			}
		}
		sources[i] = includes.Scan(data, fixed...)
		if err := c.in.Shareable(name, sources[i].Line); err != nil {
			return nil, err
		}
	}
	all := append(sources, c.in.Macros)
	includes.Follow(all)
	sources = all[:len(names)]
	if macros := all[len(names)]; macros.Reason != "" || len(macros.Probes) > 0 {
		return nil, errors.New("a -D asks __has_include by another name")
	}
	lists := slices.Concat(c.in.Read, c.search.Lists)
	for i, name := range names {
		if reason := sources[i].Reason; reason != "" && !slices.Contains(lists, name) {
			return nil, fmt.Errorf("%s %s", name, reason)
		}
	}
	if name := includes.Respelled(all); name != "" {
		return nil, fmt.Errorf("a macro asks __has_include for a name with %s in it, which is a macro", name)
	}
	return sources, nil
}

// union returns the names of all lists, each once, in their order.
func union(lists ...[]string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Concat(lists...), func(name string) bool {
		again := seen[name]
		seen[name] = true
		return again
	})
}
