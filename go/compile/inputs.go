package compile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"thinrex/go/depfile"
	"thinrex/go/filedigest"
	"thinrex/go/headers"
	"thinrex/go/includes"
)

// inputs makes the action of what the compiler has just read. It fails when
// that isn't known for sure.
func (c *compilation) inputs(ctx context.Context, dir string, began headers.Moment) (candidate, error) {
	c.files = c.openDigests() // what it has learnt before the compilation is out of date
	names, err := c.wereRead(dir)
	if err != nil {
		return candidate{}, err
	}
	sources, err := c.scanAll(names)
	if err != nil {
		return candidate{}, err
	}
	conditions, err := c.search.Conditions(began, names, sources, c.in.Forced)
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
	return c.candidate(alternative{names, conditions})
}

// scanAll hashes and scans files. Whether they are those that the compiler has
// read is to be asked after that.
func (c *compilation) scanAll(names []string) ([]includes.Source, error) {
	lists := slices.Concat(c.in.Read, c.search.Lists)
	sources := make([]includes.Source, len(names), len(names)+1)
	for i, name := range names {
		if _, err := c.files.File(name); err != nil {
			return nil, err
		}
		_, data, err := filedigest.Read(name)
		if err != nil {
			return nil, err
		}
		sources[i] = includes.Scan(data)
		if reason := sources[i].Reason; reason != "" && !slices.Contains(lists, name) {
			return nil, fmt.Errorf("%s %s", name, reason)
		}
		if err := c.in.Shareable(name, sources[i].Line); err != nil {
			return nil, err
		}
	}
	if name := includes.Respelled(append(sources, c.in.Macros)); name != "" {
		return nil, fmt.Errorf("a macro asks __has_include for a name with %s in it, which is a macro", name)
	}
	return sources, nil
}

// wereRead lists the files that the compiler has read, the source first.
func (c *compilation) wereRead(dir string) ([]string, error) {
	data, err := os.ReadFile(filepath.Join(dir, depName))
	if err != nil {
		return nil, err
	}
	names, err := depfile.Parse(data, c.in.Source)
	if err != nil {
		return nil, err
	}
	var more []string
	if c.in.Deps == "-MMD" {
		if data, err = os.ReadFile(filepath.Join(dir, dotName)); err != nil {
			return nil, err
		}
		if more, err = depfile.ParseGraph(data); err != nil {
			return nil, err
		}
		more = append(more, c.search.Forced(c.in.Forced)...) // which the graph leaves out
	}
	return union([]string{c.in.Source}, names, more, c.in.Read, c.search.Lists), nil
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
