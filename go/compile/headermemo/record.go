package headermemo

import (
	"encoding/binary"
	"hash/crc32"

	"thinrex/go/compile/cppscan"
	"thinrex/go/digest"
	"thinrex/go/host/memo"
)

// A record is what is remembered of one version of one header, as it stands in a
// file: its length, a checksum of what follows, the header's fingerprint, its digest, and
// what its text asks for.
type record []byte

const (
	fingerprintAt = 4 + 4
	digestAt      = fingerprintAt + 5*8
	sourceAt      = digestAt + digest.Size
)

func newRecord(st memo.Fingerprint, sum []byte, s cppscan.Source) record {
	r := make(record, fingerprintAt, sourceAt+64)
	for _, v := range []int64{st.Device, st.Inode, st.Size, st.Mtime, st.Ctime} {
		r = binary.LittleEndian.AppendUint64(r, uint64(v))
	}
	r = s.Append(append(r, sum...))
	binary.LittleEndian.PutUint32(r, uint32(len(r)))
	binary.LittleEndian.PutUint32(r[4:], crc32.ChecksumIEEE(r[fingerprintAt:]))
	return r
}

// cutRecord splits off the first record, if it is whole.
func cutRecord(data []byte) (r record, rest []byte, ok bool) {
	if len(data) < sourceAt {
		return nil, nil, false
	}
	size := uint64(binary.LittleEndian.Uint32(data))
	if size < sourceAt || size > uint64(len(data)) {
		return nil, nil, false
	}
	r = data[:size:size]
	return r, data[size:], crc32.ChecksumIEEE(r[fingerprintAt:]) == binary.LittleEndian.Uint32(r[4:])
}

func (r record) fingerprint() memo.Fingerprint {
	field := func(i int) int64 { return int64(binary.LittleEndian.Uint64(r[fingerprintAt+8*i:])) }
	return memo.Fingerprint{
		Device: field(0),
		Inode:  field(1),
		Size:   field(2),
		Mtime:  field(3),
		Ctime:  field(4),
	}
}

// digest returns the raw hash.
func (r record) digest() []byte { return r[digestAt:sourceAt] }

// source is encoded by cppscan.Source.Append.
func (r record) source() []byte { return r[sourceAt:] }
