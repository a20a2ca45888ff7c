// Package digest names content the way the Remote Execution API does: a hash
// in lower-case hex, and a size in bytes.
package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"github.com/zeebo/blake3"

	"thinrex/go/wire"
)

// Digest is comparable; two Digests made by one Function are equal when they
// name the same content.
type Digest struct {
	Hash string // 64 hex digits, lower case
	Size int64  // bytes
}

// A Function makes digests. The zero Function is SHA256.
type Function uint8

// The functions. Each gives Size bytes.
const (
	SHA256 Function = iota
	BLAKE3
)

// Size is the length of a hash in bytes; in hex it has twice as many digits.
const Size = sha256.Size

// New returns an empty hash.
func (f Function) New() hash.Hash {
	if f == BLAKE3 {
		return blake3.New()
	}
	return sha256.New()
}

// Of returns the digest of data.
func (f Function) Of(data []byte) Digest {
	var sum [Size]byte
	if f == BLAKE3 {
		sum = blake3.Sum256(data)
	} else {
		sum = sha256.Sum256(data)
	}
	return FromSum(sum[:], int64(len(data)))
}

// OfReader reads r to its end and returns the digest of what it read.
func (f Function) OfReader(r io.Reader) (Digest, error) {
	h := f.New()
	n, err := io.Copy(h, r)
	if err != nil {
		return Digest{}, err
	}
	return FromSum(h.Sum(nil), n), nil
}

// String is f's name as Bazel's --digest_function takes it.
func (f Function) String() string {
	if f == BLAKE3 {
		return "blake3"
	}
	return "sha256"
}

// FromSum returns the digest with a raw hash of Size bytes.
func FromSum(sum []byte, size int64) Digest {
	var text [2 * Size]byte // hex.EncodeToString would put another one on the heap
	return Digest{Hash: string(hex.AppendEncode(text[:0], sum)), Size: size}
}

// Check refuses a malformed digest that came from a store or a server: its hash becomes
// part of file names.
func (d Digest) Check() error {
	if len(d.Hash) != 2*Size || d.Size < 0 {
		return fmt.Errorf("malformed digest %q (%d bytes)", d.Hash, d.Size)
	}
	for _, c := range []byte(d.Hash) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return fmt.Errorf("malformed digest %q (%d bytes)", d.Hash, d.Size)
		}
	}
	return nil
}

// Write writes d as a field of a message.
func (d Digest) Write(m *wire.Message, field wire.Field) {
	m.Part(field, func() {
		m.Text(1, d.Hash)
		m.Number(2, d.Size)
	})
}

// Read reads d from what Write has written. It changes only those parts that data has, and
// they may be malformed: see Check.
func (d *Digest) Read(r *wire.Reader, data []byte) {
	r.Message(data, 0, func(v wire.Value) bool {
		switch {
		case v.Field == 1 && v.IsText:
			d.Hash = r.String(v)
		case v.Field == 2 && v.IsNumber:
			d.Size = int64(v.Number)
		default:
			return false
		}
		return true
	})
}

func (d Digest) String() string { return fmt.Sprintf("%s/%d", d.Hash, d.Size) }
