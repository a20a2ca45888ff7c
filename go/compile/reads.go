package compile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"thinrex/go/commandline"
	"thinrex/go/depfile"
	"thinrex/go/includes"
)

// maxWalk bounds the files that are looked through after a failure.
const maxWalk = 10_000

// wereRead lists the files that the compiler has read, the source first. It
// fails with a *Plain error for one that each process finds another: the
// compiler would have read ours.
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
	names = union([]string{c.in.Source}, names, more, c.in.Read, c.search.Lists)
	if i := slices.IndexFunc(names, commandline.OfProcess); i >= 0 {
		return nil, plain("%s isn't the same file to each process", names[i])
	}
	return names, nil
}

// preprocess lists the files that are read once more. Of headers of the system
// that are one file, the graph of includes has only one name, and the others
// can't be known where the preprocessor has made them.
func (c *compilation) preprocess(ctx context.Context, dir string) ([]string, error) {
	list := filepath.Join(dir, allName)
	r, err := c.call(ctx, dir, slices.Concat([]string{"-w", "-M", "-MF", list, "-MT", depName}, c.in.Args))
	if err != nil {
		return nil, err
	}
	if r.ExitCode != 0 {
		return nil, errors.New("it can't be preprocessed once more")
	}
	data, err := os.ReadFile(list)
	if err != nil {
		return nil, err
	}
	return depfile.Parse(data, c.in.Source)
}

// asksForStream reports whether a compilation that failed, and so hasn't listed
// what it read, may have missed what it would have found on our standard input.
// It looks through all that the source may include. Where that isn't followed
// the answer is yes: that only makes a compilation fail twice.
func (c *compilation) asksForStream() bool {
	files := append(c.search.Forced(c.in.Forced), c.in.Source)
	seen := map[string]bool{}
	for i := 0; i < len(files); i++ {
		data, err := os.ReadFile(files[i])
		if err != nil {
			continue
		}
		text := includes.Scan(data)
		if text.Computed || text.Reason != "" || i == maxWalk {
			return true
		}
		for _, p := range text.Probes {
			for _, place := range c.search.Places(files[i], p.Name, true) { // quoted, that is all of them
				if seen[place] {
					continue
				}
				seen[place] = true
				if fi, err := os.Stat(place); err != nil || fi.IsDir() {
					continue
				}
				if commandline.CheckFile(place) != nil {
					return true
				}
				files = append(files, place)
			}
		}
	}
	return false
}
