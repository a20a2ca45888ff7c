package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sync"

	"golang.org/x/sync/errgroup"

	"thinrex/go/digest"
)

// A Damage is a file of the cache that is of no use.
type Damage struct {
	Name    string // in the cache's folder, slash-separated
	Problem error
}

// A Checked says what Check has read.
type Checked struct {
	Results, Blobs Amount // all that are in the folder
	Damaged        []Damage
	Leftovers      int   // results of which pruning has removed a blob
	Removed        int   // files
	Failed         int   // files and folders that couldn't be read or removed
	Failure        error // why the first of these couldn't
}

// Check reads the whole cache: each blob must have its digest, and each result of thinrex
// must be readable. What isn't is removed, as the next reader would do. A dry run removes
// nothing. So many files are read at once. Check runs nothing: that a blob has its digest
// doesn't show that the compiler has written it.
//
// Other programs' results are only counted: whether they can do without a blob isn't known.
func (s *Store) Check(ctx context.Context, dryRun bool, atOnce int) (checked Checked, err error) {
	v, err := s.newSurvey(nil)
	if err != nil {
		return checked, err
	}
	c := &checker{survey: v, dryRun: dryRun, atOnce: atOnce, sizes: map[string]int64{}}
	c.blobs(ctx)
	c.results(ctx)
	c.done.Failed, c.done.Failure = v.failed, v.failure
	err = v.close()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return c.done, err
}

// gone is the size of a blob that is damaged, or isn't there.
const gone = -1

// A checker is one run of Check.
type checker struct {
	*survey
	dryRun bool
	atOnce int

	mu    sync.Mutex       // guards the fields below, and survey.fail
	sizes map[string]int64 // of the blobs, by their names; gone for one that is damaged
	done  Checked
}

// blobs checks all blobs, several at once.
func (c *checker) blobs(ctx context.Context) {
	for _, f := range []digest.Function{digest.SHA256, digest.BLAKE3} {
		var g errgroup.Group
		g.SetLimit(c.atOnce)
		c.hashFolders(ctx, path.Join(functionFolder(f), casFolder), func(found surveyed, _ [digest.Size]byte) {
			g.Go(func() error {
				if ctx.Err() == nil {
					c.blob(f, found)
				}
				return nil
			})
		})
		_ = g.Wait()
	}
}

func (c *checker) blob(f digest.Function, found surveyed) {
	d, err := c.digestOf(f, found.name)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		c.fail(err)
	case d.Hash != path.Base(found.name):
		c.damaged(found, errDamaged)
		c.sizes[found.name] = gone
	default:
		c.done.Blobs.Add(Amount{1, uint64(d.Size)})
		c.sizes[found.name] = d.Size
	}
}

func (c *checker) digestOf(f digest.Function, name string) (digest.Digest, error) {
	file, err := c.root.Open(name)
	if err != nil {
		return digest.Digest{}, err
	}
	defer file.Close()
	return f.OfReader(file)
}

// damaged removes a file that is of no use. Its caller holds mu.
func (c *checker) damaged(found surveyed, why error) {
	c.done.Damaged = append(c.done.Damaged, Damage{found.name, why})
	c.remove(found)
}

func (c *checker) remove(found surveyed) {
	if c.dryRun {
		return
	}
	if err := c.root.Remove(found.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.fail(err)
		return
	}
	c.done.Removed++
}

// results checks all results. The blobs are known by then.
func (c *checker) results(ctx context.Context) {
	for _, function := range functionFolders() {
		c.hashFolders(ctx, path.Join(function, acFolder), func(found surveyed, _ [digest.Size]byte) {
			data, err := c.root.ReadFile(found.name)
			c.mu.Lock()
			defer c.mu.Unlock()
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return
			case err != nil:
				c.fail(err)
				return
			}
			c.done.Results.Add(Amount{1, uint64(len(data))})
			c.result(function, found, data)
		})
	}
}

// sizeOf returns the size of a blob. One that wasn't read may be there: a link has stored it
// meanwhile. Of one that can't be read, the result's word is taken.
func (c *checker) sizeOf(name string, told int64) int64 {
	if size, ok := c.sizes[name]; ok {
		return size
	}
	fi, err := c.root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return gone
	case err != nil:
		c.fail(err)
		return told
	}
	return fi.Size()
}

func (c *checker) result(function string, found surveyed, data []byte) {
	if _, _, err := readEntry(data); err != nil {
		c.damaged(found, err)
		return
	}
	kind, referred := kindOf(data)
	if kind == Others {
		return
	}
	for _, d := range referred {
		if d == (digest.Digest{}) {
			continue
		}
		if err := d.Check(); err != nil {
			c.damaged(found, err)
			return
		}
		name := path.Join(function, casFolder, d.Hash[:2], d.Hash)
		switch size := c.sizeOf(name, d.Size); {
		case size == gone:
			c.done.Leftovers++
			c.remove(found)
			return
		case size != d.Size:
			c.damaged(found, fmt.Errorf("it says that %s has %d bytes, and it has %d", name, d.Size, size))
			return
		}
	}
}
