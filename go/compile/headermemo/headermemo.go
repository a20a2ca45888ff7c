// Package headermemo remembers what an earlier compilation has learnt of a
// header: the digest of its content, and what its text asks of the file system.
// To read, hash and scan a thousand headers once more, after an edit of the
// source that includes them, would take a good part of the compiler's own time.
//
// Headers of one folder are remembered in one file. What is remembered of a header
// applies as long as its fingerprint stays the same and is settled (see host/memo),
// and as long as this program is the same: another version of thinrex may scan in
// another way.
package headermemo

import (
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"thinrex/go/compile/cppscan"
	"thinrex/go/digest"
	"thinrex/go/host"
	"thinrex/go/host/filedigest"
	"thinrex/go/host/memo"
)

// A Memory isn't safe for concurrent use.
type Memory struct {
	stateDir  string // "" to remember nothing
	firstLine string // of each file: which program wrote it; "" before works was called
	folders   map[string]*folder
}

// Open returns the memory in a state folder, or one that remembers nothing if that is
// "". A state folder is for one digest function only.
func Open(stateDir string) *Memory {
	return &Memory{stateDir: stateDir, folders: map[string]*folder{}}
}

// works reports whether anything can be remembered. It looks at this program first when
// a header is met, which a compilation that hits doesn't do.
func (m *Memory) works() bool {
	if m.stateDir == "" || m.firstLine != "" {
		return m.stateDir != ""
	}
	program, err := host.OwnProgram()
	if err != nil {
		m.stateDir = ""
		return false
	}
	this, _, err := memo.Stat(program)
	if err != nil {
		m.stateDir = ""
		return false
	}
	m.firstLine = fmt.Sprintf("thinrex headers 1 %v\n", this)
	return true
}

// Recall returns a header, which was looked up at a time or later, with its digest and
// what its text asks for. ok is false for one that isn't known, or may just have changed.
func (m *Memory) Recall(f filedigest.File, at time.Time) (_ filedigest.File, s cppscan.Source, ok bool) {
	if !m.works() || !f.Stat.Settled(at) {
		return f, s, false
	}
	in := m.folderOf(f.Path)
	r, ok := in.records[f.Stat]
	if !ok {
		return f, s, false
	}
	s, err := cppscan.Decode(r.source())
	if err != nil {
		return f, s, false
	}
	in.used = append(in.used, r)
	f.Digest = digest.FromSum(r.digest(), f.Stat.Size)
	return f, s, true
}

// Remember keeps what was learnt of a header that was read at a time or later, unless
// the header may have changed then without its fingerprint telling so.
func (m *Memory) Remember(f filedigest.File, s cppscan.Source, read time.Time) {
	sum, err := hex.DecodeString(f.Digest.Hash)
	if !m.works() || err != nil || !f.Stat.Exact() || !f.Stat.Settled(read) {
		return
	}
	in := m.folderOf(f.Path)
	in.fresh = append(in.fresh, newRecord(f.Stat, sum, s))
}

// Save writes what is new. If that fails, the next compilation scans again.
func (m *Memory) Save() error {
	var failures []error
	for _, in := range m.folders {
		if len(in.fresh) > 0 || in.damaged {
			failures = append(failures, in.save(m.firstLine))
		}
	}
	return errors.Join(failures...)
}

// folderOf returns what is remembered of the folder of a header. It is known by the
// name that the compilation has for it: so sandboxes, in each of which the same
// header has another absolute name, share one file. Names with ./ and ../, of which some
// libraries have dozens for a folder, share one, too: a header is found there by its
// fingerprint, not by its name.
func (m *Memory) folderOf(path string) *folder {
	name := filepath.Clean(path[:strings.LastIndexByte(path, '/')+1])
	in, ok := m.folders[name]
	if !ok {
		in = loadFolder(memo.Path(m.stateDir, memo.HeaderScans, memo.Key(name)), m.firstLine)
		m.folders[name] = in
	}
	return in
}
