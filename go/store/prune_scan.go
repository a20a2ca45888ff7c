package store

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"thinrex/go/digest"
)

// A place is a folder of files by their hash's first two digits.
type place struct {
	dir string
	// slack is how much later than its time a file may have been used.
	//
	// A mark of use lags by touchAfter at most. So a result may be marked up to
	// that later than a blob of its, though they were used together: a blob
	// gets twice the slack, and goes after the results that refer to it.
	slack time.Duration
}

func places(root string) (all []place) {
	for _, f := range []digest.Function{digest.SHA256, digest.BLAKE3} {
		dir := folderOf(root, f)
		all = append(all, place{filepath.Join(dir, acFolder), touchAfter}, place{filepath.Join(dir, casFolder), 2 * touchAfter})
	}
	return all
}

// A candidate is a file that may go. There are a million of them.
type candidate struct {
	used  int64 // microseconds since 1970; not used later
	size  uint64
	hash  [digest.Size]byte
	place uint8
}

func (c *candidate) path(all []place) string {
	name := hex.EncodeToString(c.hash[:])
	return filepath.Join(all[c.place].dir, name[:2], name)
}

func (c *candidate) stat(at place, fi fs.FileInfo) {
	c.used, c.size = fi.ModTime().Add(at.slack).UnixMicro(), uint64(fi.Size())
}

// leastRecentlyUsed orders as files go. Of those with one time, the large ones
// are first, as with lld.
func leastRecentlyUsed(a, b candidate) int {
	return cmp.Or(cmp.Compare(a.used, b.used), cmp.Compare(a.place, b.place), cmp.Compare(b.size, a.size))
}

// maxCandidates bounds what a run remembers, to some 60 MB.
const maxCandidates = 1_000_000

// scan looks at the round's next folders, until it has seen all, too much, or half of
// ctx's time is over. It is one at least, so that there is some progress.
func (p *pruner) scan(ctx context.Context) (found []candidate, count int) {
	var until time.Time
	if deadline, ok := ctx.Deadline(); ok {
		until = time.Now().Add(time.Until(deadline) / 2)
	}
	for count < p.state.Left && len(found) < maxCandidates {
		found = p.scanFolder((p.state.Next+count)%folders, found)
		count++
		if ctx.Err() != nil || (!until.IsZero() && time.Now().After(until)) {
			break
		}
	}
	p.state.Known = max(p.state.Known, min(p.state.Next+count, folders))
	p.state.Next = (p.state.Next + count) % folders
	return found, count
}

func (p *pruner) scanFolder(n int, found []candidate) []candidate {
	first := len(found)
	for i, at := range p.places {
		dir := filepath.Join(at.dir, fmt.Sprintf("%02x", n))
		entries, err := readFolder(dir)
		if err != nil {
			p.fail(err)
		}
		for _, e := range entries {
			c := candidate{place: uint8(i)}
			if !e.Type().IsRegular() || !isHash(e.Name(), n, &c.hash) {
				continue // somebody else's
			}
			fi, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				p.fail(err)
				continue
			}
			c.stat(at, fi)
			found = append(found, c)
		}
	}
	seen := amountOf(found[first:])
	p.state.Files[n], p.state.Bytes[n] = seen.Files, seen.Bytes
	return found
}

// readFolder doesn't sort, unlike os.ReadDir.
func readFolder(dir string) ([]os.DirEntry, error) {
	f, err := os.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadDir(-1)
}

// isHash reports whether a file in the nth folder has a name that a store would
// give it. Nothing else is touched, should the folder turn out to be another
// than was meant.
func isHash(name string, n int, hash *[digest.Size]byte) bool {
	if len(name) != 2*digest.Size || strings.ToLower(name) != name {
		return false
	}
	_, err := hex.Decode(hash[:], []byte(name))
	return err == nil && int(hash[0]) == n
}
