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

// A place is an ac or cas folder: its files lie in folders 00 to ff, by the first two
// digits of their hash.
type place struct {
	dir string
	// slack is how much later than a file's time the file may have been used.
	//
	// readUsed sets the time only if it is touchAfter old. So a blob's time may be older
	// by touchAfter than that of an entry that refers to it, though both were used
	// together. Blobs get twice the slack, so that the entry goes first.
	slack time.Duration
}

func places(root string) (all []place) {
	for _, f := range []digest.Function{digest.SHA256, digest.BLAKE3} {
		dir := folderOf(root, f)
		all = append(all,
			place{filepath.Join(dir, acFolder), touchAfter},
			place{filepath.Join(dir, casFolder), 2 * touchAfter})
	}
	return all
}

// A candidate is a file that may go. It is small, as a run holds a million of them.
type candidate struct {
	used  int64 // the last time, in microseconds since 1970, at which it may have been used
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

// leastRecentlyUsed is the order in which files go. Of files with the same time, large
// ones go first, as with lld.
func leastRecentlyUsed(a, b candidate) int {
	return cmp.Or(cmp.Compare(a.used, b.used), cmp.Compare(a.place, b.place), cmp.Compare(b.size, a.size))
}

// maxCandidates bounds the memory of a run to some 60 MB.
const maxCandidates = 1_000_000

// scan lists the files of the round's next folders, until it has listed all of them, has
// found maxCandidates, or has used half of ctx's time. It lists at least one folder, so
// that each run makes progress.
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
		dir := filepath.Join(at.dir, hashFolder(n))
		entries, err := readFolder(dir)
		if err != nil {
			p.fail(err)
		}
		for _, e := range entries {
			c := candidate{place: uint8(i)}
			if !e.Type().IsRegular() || !isHash(e.Name(), n, &c.hash) {
				continue // no store made it
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

// hashFolder is the name of the nth folder in ac/ and cas/.
func hashFolder(n int) string { return fmt.Sprintf("%02x", n) }

// readFolder lists a folder, which needn't be there. Unlike os.ReadDir it doesn't sort.
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

// isHash reports whether a file in the nth folder has a name that a store would give it.
// Prune touches no other file: the user may have named the wrong folder.
func isHash(name string, n int, hash *[digest.Size]byte) bool {
	if len(name) != 2*digest.Size || strings.ToLower(name) != name {
		return false
	}
	_, err := hex.Decode(hash[:], []byte(name))
	return err == nil && int(hash[0]) == n
}
