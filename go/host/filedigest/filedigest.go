// Package filedigest computes digests of files, each file once per link, and
// remembers on disk those of files that outlive a link (object files, the
// compiler and its libraries).
//
// A remembered digest is found again by the file's device, inode, size, mtime
// and ctime. It is neither recorded nor trusted while the file has changed
// within the last two seconds, because a file can change twice within one tick
// of its file system's clock.
package filedigest

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"math"
	"os"
	"sync"
	"time"

	"thinrex/go/digest"
)

// settled is how long a file must have been unchanged before its stat is
// taken for its content.
const settled = 2 * time.Second

// ErrNotRegular says that a file is a directory, a device or the like.
var ErrNotRegular = errors.New("not a regular file")

// ErrChanged says that a file changed while it was read.
var ErrChanged = errors.New("changed while it was read")

// Stat tells one state of a file from another.
type Stat struct {
	Device, Inode, Size int64
	Mtime, Ctime        int64 // ns since 1970
}

// A File is a file's content at one moment.
type File struct {
	Path   string
	Digest digest.Digest
	Stat   Stat
	Link   bool // Path is a symbolic link, on Linux
}

// Changed reports whether the file is no longer the one that was read.
func (f File) Changed() bool {
	now, _, err := statFile(f.Path)
	return err != nil || now != f.Stat
}

// Cache is safe for concurrent use.
type Cache struct {
	path     string // "" for a cache that lives in memory only
	function digest.Function

	mu      sync.Mutex
	byStat  map[Stat][digest.Size]byte // what the file at path held
	reset   bool                       // the file at path is damaged or too long
	fresh   []record                   // what it doesn't hold yet
	used    []record                   // what of it this process has used, if it is reset
	pending map[string]*call           // by path name
}

type call struct {
	once sync.Once
	file File
	err  error
}

// Open loads the cache that is stored at path, or starts an empty one. A
// cache that can't be read is only slower, so it isn't an error. A path is
// for one function only.
func Open(path string, f digest.Function) *Cache {
	c := &Cache{path: path, function: f, pending: map[string]*call{}}
	c.byStat, c.reset = load(path)
	return c
}

// Function is the one that makes the digests.
func (c *Cache) Function() digest.Function { return c.function }

// File returns the digest of the file called path. Concurrent and later calls
// with the same path share one read.
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
	p.once.Do(func() { p.file, p.err = c.read(ctx, path) })
	return p.file, p.err
}

func (c *Cache) read(ctx context.Context, path string) (File, error) {
	st, link, err := statFile(path)
	if err != nil {
		return File{}, err
	}
	if sum, ok := c.remembered(st); ok {
		return File{path, digest.FromSum(sum[:], st.Size), st, link}, nil
	}
	settled := isSettled(st, time.Now())
	sum, err := hashFile(ctx, path, st, c.function.New())
	if err != nil {
		return File{}, err
	}
	c.remember(st, sum, settled)
	return File{path, digest.FromSum(sum[:], st.Size), st, link}, nil
}

// remembered returns the digest of a file whose stat is st, if an earlier process
// has stored it.
func (c *Cache) remembered(st Stat) (sum [digest.Size]byte, ok bool) {
	if !isSettled(st, time.Now()) {
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

// remember keeps a digest for Save, if the file was settled before it was read.
func (c *Cache) remember(st Stat, sum [digest.Size]byte, settled bool) {
	if !settled || !st.persistent() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fresh = append(c.fresh, record{st, sum})
}

// FileAndContent returns a file's digest and content, for which the file is read
// once. Later calls of File with the same path get this digest. A file of more
// than most bytes isn't read: that is an error.
func (c *Cache) FileAndContent(path string, most int64) (File, []byte, error) {
	read := time.Now()
	file, data, err := readAtMost(path, most)
	if err != nil {
		return File{}, nil, err
	}
	sum, ok := c.remembered(file.Stat)
	if !ok {
		h := c.function.New()
		h.Write(data)
		h.Sum(sum[:0])
		c.remember(file.Stat, sum, isSettled(file.Stat, read))
	}
	file.Digest = digest.FromSum(sum[:], file.Stat.Size)
	p := new(call)
	p.once.Do(func() { p.file = file })
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending[path] = p
	return file, data, nil
}

// hashFile reads a file whose stat is st. It fails when the file is another
// one by the end.
func hashFile(ctx context.Context, path string, st Stat, h hash.Hash) ([digest.Size]byte, error) {
	var sum [digest.Size]byte
	f, err := os.Open(path)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	n, err := copyBuffered(h, reader{ctx, f}, st.Size)
	if err != nil {
		return sum, err
	}
	if after, _, err := statFile(path); err != nil || after != st || n != st.Size {
		return sum, fmt.Errorf("%s: %w", path, ErrChanged)
	}
	h.Sum(sum[:0])
	return sum, nil
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 256<<10); return &b }}

func copyBuffered(dst io.Writer, src io.Reader, size int64) (int64, error) {
	if size < 64<<10 { // one source of a short process
		return io.CopyBuffer(dst, src, make([]byte, size+1))
	}
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	return io.CopyBuffer(dst, src, *buf)
}

// A reader stops when ctx ends. It also hides *os.File's WriteTo, which would
// ignore our buffer.
type reader struct {
	ctx  context.Context
	from io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}

// isSettled is false for times in the future, too.
func isSettled(st Stat, now time.Time) bool {
	limit := now.Add(-settled).UnixNano()
	return st.Mtime < limit && st.Ctime < limit
}

func notRegular(path string, isDir bool) error {
	what := ErrNotRegular
	if isDir {
		what = errors.New("is a directory")
	}
	return &fs.PathError{Op: "read", Path: path, Err: what}
}

// Read returns the content of the file called path and its stat. It keeps no
// digest: for a file that one link reads once.
func Read(path string) (File, []byte, error) { return readAtMost(path, math.MaxInt64) }

func readAtMost(path string, most int64) (File, []byte, error) {
	st, link, err := statFile(path)
	if err != nil {
		return File{}, nil, err
	}
	if st.Size > most {
		return File{}, nil, fmt.Errorf("%s is larger than %d bytes", path, most)
	}
	data, err := readFile(path, st.Size)
	if err != nil {
		return File{}, nil, err
	}
	if after, _, err := statFile(path); err != nil || after != st || int64(len(data)) != st.Size {
		return File{}, nil, fmt.Errorf("%s: %w", path, ErrChanged)
	}
	return File{Path: path, Stat: st, Link: link}, data, nil
}
