package cut

import (
	"crypto/md5"
	"encoding/binary"
	"strings"
)

// guid returns the number by which summaries name a value. Source:
// GlobalValue::getGlobalIdentifier and getGUID in llvm/include/llvm/IR/GlobalValue.h.
func guid(name, source string, local bool) uint64 {
	name = strings.TrimPrefix(name, "\x01") // which keeps a name from being mangled
	if local {
		if source == "" {
			source = "<unknown>"
		}
		name = source + ";" + name
	}
	sum := md5.Sum([]byte(name))
	return binary.LittleEndian.Uint64(sum[:])
}

// A set has numbers of values.
type set map[uint64]bool

func newSet(guids []uint64) set {
	s := make(set, len(guids))
	for _, g := range guids {
		s[g] = true
	}
	return s
}
