package compile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"thinrex/go/compile/cppscan"
	"thinrex/go/compile/depfile"
	"thinrex/go/host"
)

// wereRead lists the texts that the compiler has read, the source first. It
// fails with a *Plain error for one that each process finds another, as for
// other inputs: the compiler would have read ours.
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
	names = union([]string{c.in.Source}, names, more)
	folders := host.ProcessFolders{}
	for _, name := range slices.Concat(names, c.dataFiles()) {
		if folders.Lead(name) {
			return nil, plain("%s isn't the same file to each process", name)
		}
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
// It looks through all that the source may include. Where that isn't followed,
// or takes too long, the answer is yes: that only makes a compilation fail twice.
func (c *compilation) asksForStream(ctx context.Context) bool {
	files := append(c.search.Forced(c.in.Forced), c.in.Source)
	folders := host.ProcessFolders{}
	seen, asked := map[string]bool{}, map[cppscan.Probe]bool{}
	for i := 0; i < len(files); i++ {
		data, err := os.ReadFile(files[i])
		if err != nil {
			continue
		}
		text := cppscan.Scan(data)
		if text.Computed || text.Reason != "" {
			return true
		}
		for _, p := range text.Probes {
			if ctx.Err() != nil {
				return true
			}
			places := c.search.Beside(files[i], p.Name, p.Quoted)
			if all := (cppscan.Probe{Name: p.Name, Quoted: p.Quoted}); !asked[all] {
				asked[all] = true
				places = append(places, c.search.OnPath(p.Name, p.Quoted)...)
			}
			for _, place := range places {
				if seen[place] {
					continue
				}
				seen[place] = true
				fi, err := os.Stat(place)
				if err != nil || fi.IsDir() {
					continue
				}
				if !fi.Mode().IsRegular() || fi.Size() > c.mostText() || folders.Lead(place) {
					return true
				}
				files = append(files, place)
			}
		}
	}
	return false
}
