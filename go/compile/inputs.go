package compile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"thinrex/go/compile/cppscan"
	"thinrex/go/compile/searchpath"
	"thinrex/go/host/filedigest"
)

// inputs makes the action of what the compiler has just read. It fails when
// that isn't known for sure, or would take too long to find out.
func (c *compilation) inputs(ctx context.Context, dir string, texts []string, began searchpath.Moment) (candidate, error) {
	c.files = c.openDigests() // what it has learnt before the compilation is out of date
	for _, name := range c.dataFiles() {
		// On no budget: profiles and the like may be large, and are remembered.
		if _, err := c.files.FileUntil(ctx, name); err != nil {
			return candidate{}, err
		}
	}
	spent := c.newBudget(ctx)
	alternative, err := c.alternative(spent, dir, texts, began)
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
	return c.candidate(spent, alternative)
}

// dataFiles are read by the compiler, but not by its preprocessor.
func (c *compilation) dataFiles() []string { return slices.Concat(c.in.Read, c.search.Lists) }

// alternative works out which files, and what else, decide that texts are read.
func (c *compilation) alternative(
	ctx context.Context, dir string, texts []string, began searchpath.Moment,
) (alternative, error) {
	sources, err := c.scan(ctx, texts)
	if err != nil {
		return alternative{}, err
	}
	complete := c.in.Deps != "-MMD"
	if !complete && slices.ContainsFunc(sources, func(s cppscan.Source) bool { return s.Computed }) {
		all, err := c.preprocess(ctx, dir)
		if err != nil {
			return alternative{}, err
		}
		all = union(texts, all)
		more, err := c.scan(ctx, all[len(texts):])
		if err != nil {
			return alternative{}, err
		}
		texts, sources, complete = all, append(sources, more...), true
	}
	if sources, err = c.follow(ctx, texts, sources); err != nil {
		return alternative{}, err
	}
	if i := slices.IndexFunc(sources, func(s cppscan.Source) bool { return s.Named }); i >= 0 && c.spoke {
		const why = "the optimiser speaks of places that it looks for in the file of a #line in %s"
		return alternative{}, fmt.Errorf(why, texts[i])
	}
	reading := searchpath.Reading{
		Files: union(texts, c.dataFiles()), Forced: c.in.Forced, Complete: complete,
		Shadowed: c.in.Shadowed || slices.ContainsFunc(sources, func(s cppscan.Source) bool { return s.Shadowed }),
	}
	reading.Sources = append(sources, make([]cppscan.Source, len(reading.Files)-len(texts))...)
	names, conditions, err := c.search.Conditions(ctx, began, reading)
	return alternative{names, conditions}, err
}

// scan says what files ask for, and learns their digests. Whether they are those
// that the compiler has read is to be asked after that.
func (c *compilation) scan(ctx context.Context, names []string) ([]cppscan.Source, error) {
	sources := make([]cppscan.Source, len(names))
	anew := c.recallSources(names, sources)
	files := make([]filedigest.File, len(names))
	before := time.Now()
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for _, i := range anew {
		work.Go(func() (err error) {
			if err := ctx.Err(); err != nil {
				return err
			}
			files[i], sources[i], err = c.readSource(names[i])
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	for _, i := range anew {
		if c.usesHeaderMemory() && sources[i].Reason == "" {
			c.headers.Remember(files[i], sources[i], before)
		}
	}
	for i, name := range names {
		if err := c.in.Shareable(name, sources[i].Line); err != nil {
			return nil, err
		}
	}
	return sources, nil
}

// recallSources takes what earlier compilations have learnt of files, and returns the
// indices of the others.
func (c *compilation) recallSources(names []string, sources []cppscan.Source) (anew []int) {
	for i, name := range names {
		f, s, ok := filedigest.File{}, cppscan.Source{}, false
		if c.usesHeaderMemory() {
			f, s, ok = c.headers.Recall(name)
		}
		if !ok {
			anew = append(anew, i)
			continue
		}
		c.files.Learn(f)
		sources[i] = s
	}
	return anew
}

// usesHeaderMemory is false where arguments decide on what a text asks for.
func (c *compilation) usesHeaderMemory() bool {
	return len(c.in.Macros.Fixed()) == 0 && !c.in.AsmBlocks()
}

// readSource hashes and scans one file.
func (c *compilation) readSource(name string) (f filedigest.File, s cppscan.Source, err error) {
	f, data, err := c.files.FileAndContent(name, c.mostText())
	if err != nil {
		return f, s, err
	}
	if c.in.AsmBlocks() {
		if word := cppscan.AssemblerReads(data); word != "" {
			return f, s, fmt.Errorf("%s holds %s, with which an asm block may read a file", name, word)
		}
		if cppscan.HasAsmBlock(data) {
			return f, s, fmt.Errorf("%s has an asm block, { … }, in which a macro may have a file read", name)
		}
	}
	return f, cppscan.Scan(data, c.in.Macros.Fixed()...), nil
}

// readTexts reads the files of remembered sources, for which a digest is known.
func (c *compilation) readTexts(ctx context.Context, names []string, sources []cppscan.Source) error {
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		if sources[i].HasText() {
			continue
		}
		work.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			known, err := c.files.File(name)
			if err != nil {
				return err
			}
			f, data, err := filedigest.Read(name)
			if err != nil || f.Stat != known.Stat {
				return cmp.Or(err, fmt.Errorf("%s: %w", name, filedigest.ErrChanged))
			}
			sources[i] = sources[i].WithText(data)
			return nil
		})
	}
	return work.Wait()
}

// follow takes what only all sources together tell: see cppscan.Follow.
func (c *compilation) follow(ctx context.Context, names []string, sources []cppscan.Source) ([]cppscan.Source, error) {
	if slices.ContainsFunc(sources, cppscan.Source.Renames) || c.in.Macros.Renames() {
		if err := c.readTexts(ctx, names, sources); err != nil {
			return nil, err
		}
	}
	all := append(sources[:len(sources):len(sources)], c.in.Macros)
	cppscan.Follow(all)
	sources = all[:len(names):len(names)]
	if macros := all[len(names)]; macros.Reason != "" || len(macros.Probes) > 0 {
		return nil, errors.New("a -D asks __has_include by another name")
	}
	data := c.dataFiles()
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

// union returns the names of all lists, each once, in their order.
func union(lists ...[]string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Concat(lists...), func(name string) bool {
		again := seen[name]
		seen[name] = true
		return again
	})
}
