package history

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// A Short is the beginning of a digest: enough to tell whether a part of a key has changed
// from one record to the next, in a quarter of the space. As text it has 16 hexadecimal
// digits. 0 stands for none.
type Short uint64

// ShortOf returns the digest of some texts.
func ShortOf(texts ...string) Short {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	return Short(binary.BigEndian.Uint64(sum[:]))
}

// ShortOfHash returns the beginning of a hash in hexadecimal; 0 for what is none.
func ShortOfHash(hash string) Short {
	n, err := strconv.ParseUint(hash[:min(len(hash), 16)], 16, 64)
	if err != nil {
		return 0
	}
	return Short(n)
}

// String has 16 hexadecimal digits.
func (s Short) String() string { return fmt.Sprintf("%016x", uint64(s)) }

// MarshalText is String, for JSON.
func (s Short) MarshalText() ([]byte, error) { return appendHex(nil, uint64(s)), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Short) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 16, 64)
	*s = Short(n)
	return err
}

// A GUID names a symbol in LLVM's summaries. As text it has 16 hexadecimal digits: a JSON
// number of its size loses digits in many programs.
type GUID uint64

// MarshalText is for JSON.
func (g GUID) MarshalText() ([]byte, error) { return appendHex(nil, uint64(g)), nil }

// UnmarshalText reads what MarshalText writes.
func (g *GUID) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 16, 64)
	*g = GUID(n)
	return err
}

func appendHex(text []byte, n uint64) []byte {
	return hex.AppendEncode(text, binary.BigEndian.AppendUint64(nil, n))
}
