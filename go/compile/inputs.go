package compile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"thinrex/go/filedigest"
)

// inputs makes the action of what the compiler has just read. It fails when
// that isn't known for sure.
func (c *compilation) inputs(ctx context.Context, dir string, began moment) (candidate, error) {
	c.files = c.openDigests() // what it has learnt before the compilation is out of date
	names, err := c.wereRead(dir)
	if err != nil {
		return candidate{}, err
	}
	scans, err := c.scanAll(names)
	if err != nil {
		return candidate{}, err
	}
	f := newFinder(c.search, names, began)
	for _, name := range c.forced {
		f.force(name)
	}
	for i, name := range names {
		f.stat(name)
		f.add(name, scans[i])
	}
	it, err := c.candidate(alternative{names, f.conditions()})
	switch {
	case err != nil:
		return it, err
	case f.reason != "":
		return it, errors.New(f.reason)
	case f.late != "":
		return it, fmt.Errorf("%s is too new: it may have changed meanwhile", f.late)
	case !it.holds() || !c.search.stands():
		return it, errors.New("files have come or gone meanwhile")
	}
	again, err := c.resolve(ctx)
	if err == nil && again.Identity != c.compiler.Identity {
		err = errors.New("the compiler is another one now")
	}
	return it, err
}

// scanAll hashes and scans files. Whether they are those that the compiler has
// read is to be asked after that.
func (c *compilation) scanAll(names []string) ([]scan, error) {
	lists := slices.Concat(c.read, c.search.Lists)
	scans := make([]scan, len(names), len(names)+1)
	for i, name := range names {
		if _, err := c.files.File(name); err != nil {
			return nil, err
		}
		_, data, err := filedigest.Read(name)
		if err != nil {
			return nil, err
		}
		scans[i] = scanText(data)
		if scans[i].reason != "" && !slices.Contains(lists, name) {
			return nil, fmt.Errorf("%s %s", name, scans[i].reason)
		}
		if scans[i].line && c.keys.mapped {
			return nil, notShareable(name)
		}
	}
	if name := respelled(append(scans, scanText(definitions(c.args)))); name != "" {
		return nil, fmt.Errorf("a macro asks __has_include for a name with %s in it, which is a macro", name)
	}
	return scans, nil
}

// wereRead lists the files that the compiler has read.
func (c *compilation) wereRead(dir string) ([]string, error) {
	data, err := os.ReadFile(filepath.Join(dir, depName))
	if err != nil {
		return nil, err
	}
	names, err := parseDepfile(data, c.source)
	if err != nil {
		return nil, err
	}
	var more []string
	if c.deps == "-MMD" {
		if data, err = os.ReadFile(filepath.Join(dir, dotName)); err != nil {
			return nil, err
		}
		if more, err = parseDot(data); err != nil {
			return nil, err
		}
		more = append(more, c.forcedFiles()...)
	}
	return union([]string{c.source}, names, more, c.read, c.search.Lists), nil
}

// forcedFiles finds what -include and -imacros name: the graph of includes
// leaves these out.
func (c *compilation) forcedFiles() (files []string) {
	for _, name := range c.forced {
		for _, place := range c.search.places("", name, true) {
			if there, folder := kindOf(place); there && !folder {
				files = append(files, place)
				break
			}
		}
	}
	return files
}
