package explain

import (
	"slices"

	"thinrex/go/history"
)

// A comparer compares the jobs of a link with those of one earlier link.
type comparer struct {
	now, before *Details
	common      []Cause // of all jobs
	sameFile    []int   // for each file of now, the one of before with its name; -1 for none
	seen        []int   // for each file of before, the last job that was found to read it
	jobs        int     // how many were compared
}

func newComparer(now, before *Details) *comparer {
	c := &comparer{now: now, before: before, common: commonCauses(now, before)}
	c.sameFile = make([]int, len(now.Files))
	for i, name := range now.names {
		at, ok := before.files[name]
		if !ok {
			at = -1
		}
		c.sameFile[i] = at
	}
	c.seen = make([]int, len(before.Files))
	return c
}

// commonCauses compares what all jobs have in common.
func commonCauses(now, before *Details) (causes []Cause) {
	if now.Compiler.Identity != before.Compiler.Identity {
		c := Cause{Kind: CompilerChanged, File: now.Compiler.Path}
		if before.Compiler.Path != now.Compiler.Path {
			c.Removed = []string{before.Compiler.Path}
		}
		causes = append(causes, c)
	}
	if d := differenceOfLists(now.Args, before.Args); !slices.Equal(now.Args, before.Args) {
		causes = append(causes, Cause{Kind: ArgumentsChanged, Difference: d})
	}
	if d := differenceOfValues(now.Env, before.Env); !d.None() {
		causes = append(causes, Cause{Kind: EnvironmentChanged, Difference: d})
	}
	return causes
}

// compare returns why a job of now has another key than one of before for the same module.
func (c *comparer) compare(job, earlier history.Job) []Cause {
	causes := slices.Clone(c.common)
	if c.differs(job.Module) {
		causes = append(causes, Cause{Kind: ModuleChanged, File: c.now.names[job.Module]})
	}
	causes = append(causes, c.compareFiles(job.Imports, earlier.Imports, ImportChanged, ImportAdded, ImportRemoved)...)
	causes = append(causes, c.compareFiles(job.Inputs, earlier.Inputs, InputChanged, InputAdded, InputRemoved)...)
	if len(causes) > 0 {
		return causes
	}
	switch {
	case job.Shard != earlier.Shard:
		return []Cause{{Kind: IndexChanged, Difference: c.differenceOfModules()}}
	case job.Key != earlier.Key:
		return []Cause{{Kind: OtherKey}}
	case earlier.Why != "":
		return []Cause{{Kind: NotStored, Why: earlier.Why, Advice: Advice(earlier.Why)}}
	}
	return []Cause{{Kind: Gone}}
}

// differs reports whether a file of now has other content than before. One that before
// doesn't know is no change of content.
func (c *comparer) differs(file int) bool {
	at := c.sameFile[file]
	return at >= 0 && c.before.Files[at].Digest != c.now.Files[file].Digest
}

// compareFiles compares what a job reads with what it read before.
func (c *comparer) compareFiles(now, before []int32, changed, added, removed Kind) (causes []Cause) {
	c.jobs++
	for _, file := range before {
		c.seen[file] = -c.jobs // read then, and not yet found now
	}
	for _, file := range now {
		at := c.sameFile[file]
		kind := changed
		switch {
		case at < 0 || c.seen[at] != -c.jobs:
			kind = added
		case !c.differs(int(file)):
			kind = ""
		}
		if at >= 0 {
			c.seen[at] = c.jobs
		}
		if kind != "" {
			causes = append(causes, Cause{Kind: kind, File: c.now.names[file]})
		}
	}
	for _, file := range before {
		if c.seen[file] == -c.jobs {
			causes = append(causes, Cause{Kind: removed, File: c.before.names[file]})
		}
	}
	return causes
}

// differenceOfModules compares which modules the two links have, and what is in them: the
// linker decides about a job's symbols by all modules.
func (c *comparer) differenceOfModules() (d Difference) {
	for name, i := range c.now.modules {
		file := c.now.Jobs.Jobs[i].Module
		switch {
		case c.sameFile[file] < 0:
			d.Added = append(d.Added, name)
		case c.differs(file):
			d.Changed = append(d.Changed, name)
		}
	}
	for name := range c.before.modules {
		if _, still := c.now.modules[name]; !still {
			d.Removed = append(d.Removed, name)
		}
	}
	return sorted(d)
}
