package filedigest

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"sync"

	"thinrex/go/digest"
	"thinrex/go/host/memo"
)

// statFile returns the fingerprint of a regular file, and whether the path is a
// symbolic link to it. It fails for anything else.
func statFile(path string) (st memo.Fingerprint, link bool, err error) {
	st, kind, err := memo.Lstat(path)
	if link = kind == fs.ModeSymlink; link {
		st, kind, err = memo.Stat(path)
	}
	switch {
	case err != nil:
		return memo.Fingerprint{}, link, &fs.PathError{Op: "stat", Path: path, Err: err}
	case kind == fs.ModeDir:
		return memo.Fingerprint{}, link, &fs.PathError{Op: "read", Path: path, Err: errors.New("is a directory")}
	case kind != 0:
		return memo.Fingerprint{}, link, &fs.PathError{Op: "read", Path: path, Err: ErrNotRegular}
	}
	return st, link, nil
}

// readAtMost returns the content of a file of at most limit bytes. It fails if the
// file changes meanwhile.
func readAtMost(path string, limit int64) (File, []byte, error) {
	st, link, err := statFile(path)
	if err != nil {
		return File{}, nil, err
	}
	if st.Size > limit {
		return File{}, nil, fmt.Errorf("%s is larger than %d bytes", path, limit)
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

// hashFile reads a file whose fingerprint is st. It fails if the file changes
// meanwhile.
func hashFile(ctx context.Context, path string, st memo.Fingerprint, h hash.Hash) ([digest.Size]byte, error) {
	var sum [digest.Size]byte
	f, err := os.Open(path)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	n, err := copyBuffered(h, contextReader{ctx, f}, st.Size)
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

// copyBuffered takes a large buffer from the pool only for a large file: a compilation
// hashes a single small source, for which a new buffer of 256 KB would cost more.
func copyBuffered(dst io.Writer, src io.Reader, size int64) (int64, error) {
	if size < 64<<10 {
		return io.CopyBuffer(dst, src, make([]byte, size+1))
	}
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	return io.CopyBuffer(dst, src, *buf)
}

// A contextReader stops when its context ends. It also hides *os.File's WriteTo, which
// would ignore our buffer.
type contextReader struct {
	ctx  context.Context
	from io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}
