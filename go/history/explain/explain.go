// Package explain says why jobs and compilations missed, from the history's records: it
// compares a record with an earlier one of the same module or source.
//
// It reads no file and starts no process. Its callers give it records, a function that
// reads a link's details, and one that compares two slices.
package explain

import "thinrex/go/history"

// A Cause is one reason for a miss.
type Cause struct {
	Kind       Kind   `json:"kind"`
	File       string `json:"file,omitempty"` // that it is about, by the user's own name
	Difference        // what changed, if that is known
	Kept       Kept   `json:"kept,omitzero"`    // of an import with slices
	Why        string `json:"why,omitempty"`    // of NotCached and NotStored
	Advice     string `json:"advice,omitempty"` // what to do about it

	slices []slicePair // of ImportChanged: the job's slice of the import, then and now
}

// A Difference lists what distinguishes a later record from an earlier one: functions of an
// import, arguments, variables, modules of the link.
type Difference struct {
	Changed []string `json:"changed,omitempty"`
	Added   []string `json:"added,omitempty"`
	Removed []string `json:"removed,omitempty"`
}

// None reports whether nothing is listed.
func (d Difference) None() bool { return len(d.Changed)+len(d.Added)+len(d.Removed) == 0 }

// Kept counts the functions, variables and aliases that a job imports from a module and didn't
// import before, and those that it no longer imports.
type Kept struct {
	Added   int `json:"added"`
	Removed int `json:"removed"`
}

// A slicePair names two slices of one module by the beginnings of their digests.
type slicePair struct{ before, now history.Short }

// A Kind says what a Cause is about.
type Kind string

// What all jobs of a link have in common.
const (
	CompilerChanged    Kind = "compiler changed"
	ArgumentsChanged   Kind = "arguments changed"
	EnvironmentChanged Kind = "environment changed"
)

// What a job or a compilation reads.
const (
	ModuleChanged Kind = "module changed" // the job's own
	ImportChanged Kind = "import changed"
	ImportAdded   Kind = "import added"
	ImportRemoved Kind = "import removed"
	InputChanged  Kind = "input changed" // another file, such as a profile; a header of a compilation
	InputAdded    Kind = "input added"
	InputRemoved  Kind = "input removed"
	IndexChanged  Kind = "index changed" // the job's shard, and nothing else that it reads
	SourceChanged Kind = "source changed"
)

// Nothing that is known has changed.
const (
	FirstTime Kind = "first time"
	Gone      Kind = "gone"       // the key is the same: no cache has the result any more
	NotStored Kind = "not stored" // the earlier result: Why says why
	OtherKey  Kind = "other key"  // by something that records don't hold

	UnknownChange Kind = "unknown change" // of what a compilation reads
)

// The job or the compilation isn't cached, or its compiler failed: Why says more.
const (
	NotCached      Kind = "not cached"
	NotStorable    Kind = "not storable" // it was compiled, and the result is stored nowhere
	CompilerFailed Kind = "compiler failed"
	LinkFailed     Kind = "link failed" // before the job ran
)
