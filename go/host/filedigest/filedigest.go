// Package filedigest computes digests of files, each file once per link, and
// remembers on disk those of files that outlive a link (object files, the
// compiler and its libraries).
//
// A remembered digest is found again by the file's fingerprint (see package memo). It
// is neither stored nor trusted while the file has changed within the last two
// seconds, because a file can change twice within one tick of its file system's clock.
package filedigest

import (
	"context"
	"encoding/hex"
	"errors"
	"math"
	"sync"
	"time"

	"thinrex/go/digest"
	"thinrex/go/host/memo"
)

// ErrNotRegular says that a file is a device, a pipe or the like.
var ErrNotRegular = errors.New("not a regular file")

// ErrChanged says that a file changed while it was read.
var ErrChanged = errors.New("changed while it was read")

// A File is a file's content at one moment.
type File struct {
	Path   string
	Digest digest.Digest
	Stat   memo.Fingerprint
	Link   bool // Path is a symbolic link
}

// Changed reports whether the file is no longer the one that was read.
func (f File) Changed() bool {
	now, _, err := statFile(f.Path)
	return err != nil || now != f.Stat
}

// A Cache holds the digests of files. It is safe for concurrent use.
type Cache struct {
	path     string // "" for a cache that lives in memory only
	function digest.Function

	mu      sync.Mutex
	byStat  map[memo.Fingerprint][digest.Size]byte // what the log at path held
	reset   bool                                   // the log is damaged or too long, so Save writes it anew
	fresh   []record                               // what the log doesn't hold yet
	used    []record                               // what of the log this process has used, if it is reset
	pending map[string]*call                       // by path name
}

// A call is the one read of a file, for which concurrent callers wait.
type call struct {
	once sync.Once
	file File
	err  error
}

// Open loads the log at path, or starts an empty cache. A log that can't be read only
// makes the cache slower, so it isn't an error. A path is for one function only.
func Open(path string, f digest.Function) *Cache {
	c := &Cache{path: path, function: f}
	c.byStat, c.reset = load(path)
	c.pending = make(map[string]*call, len(c.byStat))
	return c
}

// Function is the one that makes the digests.
func (c *Cache) Function() digest.Function { return c.function }

// File returns the digest of the file at path. Concurrent and later calls with the
// same path share one read.
func (c *Cache) File(path string) (File, error) { return c.FileUntil(context.Background(), path) }

// FileUntil is File, but stops reading a large file when ctx ends.
func (c *Cache) FileUntil(ctx context.Context, path string) (File, error) {
	c.mu.Lock()
	p := c.pending[path]
	if p == nil {
		p = new(call)
		c.pending[path] = p
	}
	c.mu.Unlock()
	p.once.Do(func() { p.file, p.err = c.digestOf(ctx, path) })
	return p.file, p.err
}

func (c *Cache) digestOf(ctx context.Context, path string) (File, error) {
	st, link, err := statFile(path)
	if err != nil {
		return File{}, err
	}
	if sum, ok := c.remembered(st); ok {
		return File{path, digest.FromSum(sum[:], st.Size), st, link}, nil
	}
	settled := st.Settled(time.Now())
	sum, err := hashFile(ctx, path, st, c.function.New())
	if err != nil {
		return File{}, err
	}
	c.remember(st, sum, settled)
	return File{path, digest.FromSum(sum[:], st.Size), st, link}, nil
}

// FileAndContent returns a file's digest and content, for which the file is read
// once. Later calls of File with the same path get this digest. A file of more than
// limit bytes isn't read: that is an error.
func (c *Cache) FileAndContent(path string, limit int64) (File, []byte, error) {
	began := time.Now()
	file, data, err := readAtMost(path, limit)
	if err != nil {
		return File{}, nil, err
	}
	sum, ok := c.remembered(file.Stat)
	if !ok {
		h := c.function.New()
		h.Write(data)
		h.Sum(sum[:0])
		c.remember(file.Stat, sum, file.Stat.Settled(began))
	}
	file.Digest = digest.FromSum(sum[:], file.Stat.Size)
	c.know(file)
	return file, data, nil
}

// Learn takes a file whose digest something else remembers since an earlier process.
// Later calls of File with the same path return it, and Save adds its digest to the
// log.
func (c *Cache) Learn(f File) {
	if _, ok := c.remembered(f.Stat); !ok {
		var sum [digest.Size]byte
		if n, err := hex.Decode(sum[:], []byte(f.Digest.Hash)); n == len(sum) && err == nil {
			c.remember(f.Stat, sum, f.Stat.Settled(time.Now()))
		}
	}
	c.know(f)
}

// know has later calls of File return a file as it is.
func (c *Cache) know(f File) {
	p := new(call)
	p.once.Do(func() { p.file = f })
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending[f.Path] = p
}

// remembered returns the digest that an earlier process has stored for a file with the
// fingerprint st.
func (c *Cache) remembered(st memo.Fingerprint) (sum [digest.Size]byte, ok bool) {
	if !st.Settled(time.Now()) {
		return sum, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	sum, ok = c.byStat[st]
	if ok && c.reset {
		c.used = append(c.used, record{st, sum})
	}
	return sum, ok
}

// remember keeps a digest for Save, if the file was settled before it was read and can
// be recognised later.
func (c *Cache) remember(st memo.Fingerprint, sum [digest.Size]byte, settled bool) {
	if !settled || !st.Exact() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fresh = append(c.fresh, record{st, sum})
}

// Look returns a file without its digest.
func Look(path string) (File, error) {
	st, link, err := statFile(path)
	return File{Path: path, Stat: st, Link: link}, err
}

// Read returns the content of the file at path and its fingerprint, without a digest.
// It is for a file that a link reads once.
func Read(path string) (File, []byte, error) { return readAtMost(path, math.MaxInt64) }
