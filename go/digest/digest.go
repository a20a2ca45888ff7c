// Package digest names content the way the Remote Execution API does: a
// SHA-256 hash in lower-case hex, and a size in bytes.
package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/proto"
)

// Digest is comparable; two Digests are equal when they name the same content.
type Digest struct {
	Hash string // 64 hex digits, lower case
	Size int64  // bytes
}

// Empty is the digest of no bytes at all.
var Empty = Of(nil)

// Of returns the digest of data.
func Of(data []byte) Digest {
	sum := sha256.Sum256(data)
	return FromSum(sum[:], int64(len(data)))
}

// FromSum returns the digest with a raw SHA-256 sum.
func FromSum(sum []byte, size int64) Digest {
	return Digest{Hash: hex.EncodeToString(sum), Size: size}
}

// OfReader reads r to its end and returns the digest of what it read.
func OfReader(r io.Reader) (Digest, error) {
	h := sha256.New()
	n, err := io.Copy(h, r)
	if err != nil {
		return Digest{}, err
	}
	return FromSum(h.Sum(nil), n), nil
}

// OfMessage returns m's deterministic serialisation and the digest of it.
func OfMessage(m proto.Message) ([]byte, Digest, error) {
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return nil, Digest{}, fmt.Errorf("serialise %s: %w", m.ProtoReflect().Descriptor().Name(), err)
	}
	return data, Of(data), nil
}

// FromProto reads a digest that came from a store or a server, and refuses a
// malformed one: its hash becomes part of file names.
func FromProto(p *repb.Digest) (Digest, error) {
	d := Digest{Hash: p.GetHash(), Size: p.GetSizeBytes()}
	if len(d.Hash) != 2*sha256.Size || d.Size < 0 {
		return Digest{}, fmt.Errorf("malformed digest %q (%d bytes)", d.Hash, d.Size)
	}
	for _, c := range []byte(d.Hash) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return Digest{}, fmt.Errorf("malformed digest %q (%d bytes)", d.Hash, d.Size)
		}
	}
	return d, nil
}

// Proto returns d as the Remote Execution API's message.
func (d Digest) Proto() *repb.Digest {
	return &repb.Digest{Hash: d.Hash, SizeBytes: d.Size}
}

func (d Digest) String() string { return fmt.Sprintf("%s/%d", d.Hash, d.Size) }
