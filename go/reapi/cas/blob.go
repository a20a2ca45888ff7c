package cas

import (
	"bytes"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// A Blob is content to be uploaded.
type Blob struct {
	Digest digest.Digest
	Data   []byte
	Path   string // of the file that holds the content, if Data is nil
}

// String names the blob, and its file if it has one.
func (b Blob) String() string {
	if b.Path != "" {
		return fmt.Sprintf("%v (%s)", b.Digest, b.Path)
	}
	return b.Digest.String()
}

// openContent returns the content. Its reader fails instead of ending when the content
// doesn't have the digest.
func (b Blob) openContent(f digest.Function) (io.ReadCloser, error) {
	if b.Data != nil || b.Path == "" {
		return io.NopCloser(bytes.NewReader(b.Data)), nil
	}
	opened, err := os.Open(b.Path)
	if err != nil {
		return nil, fmt.Errorf("%s %w: %w", b.Path, action.ErrInputChanged, err)
	}
	return &verifiedFile{file: opened, want: b.Digest, hash: f.New()}, nil
}

// content returns the whole content.
func (b Blob) content(f digest.Function) ([]byte, error) {
	if b.Data != nil {
		return b.Data, nil
	}
	r, err := b.openContent(f)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data := make([]byte, 0, b.Digest.Size+1) // one more, so that the end is seen without growing
	for {
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if errors.Is(err, io.EOF) {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// A verifiedFile is a file that must have a digest. It has no WriteTo, which
// io.Copy would use to read the file without verifying it.
type verifiedFile struct {
	file *os.File
	want digest.Digest
	hash hash.Hash
	size int64
}

func (v *verifiedFile) Read(p []byte) (int, error) {
	n, err := v.file.Read(p)
	v.hash.Write(p[:n])
	v.size += int64(n)
	ended := errors.Is(err, io.EOF)
	if v.size > v.want.Size || ended && digest.FromSum(v.hash.Sum(nil), v.size) != v.want {
		return n, fmt.Errorf("%s %w", v.file.Name(), action.ErrInputChanged)
	}
	return n, err
}

func (v *verifiedFile) Close() error { return v.file.Close() }
