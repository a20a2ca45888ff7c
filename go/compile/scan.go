package compile

import (
	"cmp"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"thinrex/go/compile/cppscan"
	"thinrex/go/host/filedigest"
)

// scan returns what files ask for, and learns their digests. Whether they are those
// that the compiler has read is checked after that: see searchpath.Conditions.
func (d *dependencies) scan(names []string) ([]cppscan.Source, error) {
	sources := make([]cppscan.Source, len(names))
	unknown := d.recallSources(names, sources)
	files := make([]filedigest.File, len(names))
	before := time.Now()
	err := d.forEach(unknown, func(i int) (err error) {
		files[i], sources[i], err = d.readSource(names[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, i := range unknown {
		if d.usesHeaderMemory() && sources[i].Reason == "" {
			d.headers.Remember(files[i], sources[i], before)
		}
	}
	for i, name := range names {
		if err := d.in.Shareable(name, sources[i].Line); err != nil {
			return nil, err
		}
	}
	return sources, nil
}

// forEach calls do for each index, several at a time, until the budget is spent.
func (d *dependencies) forEach(indices []int, do func(i int) error) error {
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for _, i := range indices {
		work.Go(func() error {
			if err := d.spent.Err(); err != nil {
				return err
			}
			return do(i)
		})
	}
	return work.Wait()
}

// recallSources takes what earlier compilations have learnt of files, and returns the
// indices of the others.
func (d *dependencies) recallSources(names []string, sources []cppscan.Source) (unknown []int) {
	for i, name := range names {
		f, ok := d.seen.look(name)
		if ok = ok && d.usesHeaderMemory(); ok {
			f, sources[i], ok = d.headers.Recall(f, d.seen.began)
		}
		if ok {
			d.digests.Learn(f)
		} else {
			unknown = append(unknown, i)
		}
	}
	return unknown
}

// usesHeaderMemory is false where arguments decide on what a text asks for.
func (d *dependencies) usesHeaderMemory() bool {
	return len(d.in.Macros.Fixed()) == 0 && !d.in.AsmBlocks()
}

// readSource hashes and scans one file.
func (d *dependencies) readSource(name string) (f filedigest.File, s cppscan.Source, err error) {
	f, data, err := d.digests.FileAndContent(name, d.spent.mostText())
	if err != nil {
		return f, s, err
	}
	if d.in.AsmBlocks() {
		if directive := cppscan.AssemblerReads(data); directive != "" {
			return f, s, fmt.Errorf("%s holds %s, with which an asm block may read a file", name, directive)
		}
		if cppscan.HasAsmBlock(data) {
			return f, s, fmt.Errorf("%s has an asm block, { … }, in which a macro may have a file read", name)
		}
	}
	return f, cppscan.Scan(data, d.in.Macros.Fixed()...), nil
}

// readTexts reads the files of sources that were recalled without their texts.
func (d *dependencies) readTexts(names []string, sources []cppscan.Source) error {
	var recalled []int
	for i := range sources {
		if !sources[i].HasText() {
			recalled = append(recalled, i)
		}
	}
	return d.forEach(recalled, func(i int) error {
		known, err := d.digests.File(names[i])
		if err != nil {
			return err
		}
		f, data, err := filedigest.Read(names[i])
		if err != nil || f.Stat != known.Stat {
			return cmp.Or(err, fmt.Errorf("%s: %w", names[i], filedigest.ErrChanged))
		}
		sources[i] = sources[i].WithText(data)
		return nil
	})
}
