// Package history remembers how links and compilations went, so that people can ask later:
// thinrex stats, explain and report read it. docs/history.md describes the files.
//
// Whoever ends a link or a compilation adds one record. Any number of processes may add
// records at a time, and each may be killed at any moment: a record that isn't whole is
// left out by readers, and costs no other one. What is kept is bounded in bytes, and the
// oldest records go first.
//
// Nothing depends on the history. An error of this package is no reason to fail a link.
package history

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"time"

	"thinrex/go/host/memo"
)

// Version is that of the records that this package writes. It changes when what a reader
// knows no longer holds; a new field alone doesn't change it. Readers leave out records of
// later versions: see Unread.
const Version = 1

// A Folder holds the history that lies in a state folder.
type Folder struct {
	state string // "" for no history: nothing is added, and nothing is found
}

// In returns the history in a state folder; "" is no history.
func In(stateDir string) Folder { return Folder{stateDir} }

// Dir returns the state folder; "" for no history.
func (f Folder) Dir() string { return f.state }

// IsKept reports whether anything is remembered at all.
func (f Folder) IsKept() bool { return f.state != "" }

// AddLink adds a link that has ended. It fills in the version, the ID, and what the jobs tell.
// The details go to a file of their own, before the record that names it; jobs may be nil for
// none.
func (f Folder) AddLink(l Link, jobs *Jobs) error {
	if !f.IsKept() {
		return nil
	}
	l.Version, l.ID = Version, newID(l.Started)
	l.Summary.Error = shortened(l.Summary.Error)
	if jobs != nil {
		l.SavedSeconds, l.RunSeconds = jobs.totals()
		if err := f.writeJobs(l.ID, jobs); err != nil {
			return err
		}
	}
	data, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return f.log(memo.LinkHistory).add(data)
}

// AddCompilation adds a command of thinrex cc that has ended, and fills in
// Compilation.Version.
func (f Folder) AddCompilation(c Compilation) error {
	if !f.IsKept() {
		return nil
	}
	c.Version, c.Why = Version, shortened(c.Why)
	if len(c.Changed) > MostChanged {
		c.Changed = c.Changed[:MostChanged]
	}
	data, err := c.encode()
	if err != nil {
		return err
	}
	return f.log(memo.CompilationHistory).add(data)
}

// Links returns the links that were started at some time or later, the oldest first. A zero
// time stands for all. Without a history there are none.
func (f Folder) Links(since time.Time) ([]Link, Unread, error) {
	return read(f.log(memo.LinkHistory), aboutLink, since)
}

// LastLinks returns the last links, the oldest first. There are more than those of which
// details are kept, unless there are no more.
func (f Folder) LastLinks() ([]Link, Unread, error) {
	return readLast(f.log(memo.LinkHistory), aboutLink, 2*mostLinks)
}

func aboutLink(l Link) (version int, started time.Time) { return l.Version, l.Started }

// Compilations returns the commands of thinrex cc that were started at some time or later,
// the oldest first.
func (f Folder) Compilations(since time.Time) ([]Compilation, Unread, error) {
	return read(f.log(memo.CompilationHistory), aboutCompilation, since)
}

// CompilationsWith returns the commands of thinrex cc in whose records a text is, such as the
// name of a file, the oldest first; all for "". That is faster than to read all.
func (f Folder) CompilationsWith(text string) ([]Compilation, Unread, error) {
	return readWith(f.log(memo.CompilationHistory), aboutCompilation, text)
}

func aboutCompilation(c Compilation) (version int, started time.Time) { return c.Version, c.Started }

// Unread counts the records that a reader has left out. Its caller tells the user of those
// of later versions.
type Unread struct {
	Torn  int // damaged, or not whole because the writer was killed or the disk was full
	Later int // written by a later thinrex
}

// newID names a link. Names of later links sort behind those of earlier ones.
func newID(started time.Time) string {
	const digits = 36 * 36 * 36 * 36
	suffix := strconv.FormatUint(digits+rand.Uint64N(digits), 36)[1:] // links of one millisecond
	return started.UTC().Format("20060102-150405.000") + "-" + suffix
}

// longestText bounds texts that come from elsewhere, such as an error with a compiler's
// message in it.
const longestText = 1000 // bytes

func shortened(text string) string {
	if len(text) <= longestText {
		return text
	}
	return text[:longestText] + "…"
}
