package filedigest

import (
	"encoding/binary"
	"hash/crc32"

	"thinrex/go/digest"
	"thinrex/go/host/memo"
)

// The cache on disk is a log of fixed-size records, so that any number of
// processes can append to it without a lock: a small O_APPEND write lands
// whole. A record that doesn't match its checksum ends the log; it is then
// written anew.
const (
	recordSize = 5*8 + digest.Size + 4
	maxRecords = 100_000 // 7.6 MB
)

// A record is the digest of a file with one fingerprint.
type record struct {
	stat memo.Fingerprint
	sum  [digest.Size]byte
}

func (r record) append(b []byte) []byte {
	start := len(b)
	for _, v := range []int64{r.stat.Device, r.stat.Inode, r.stat.Size, r.stat.Mtime, r.stat.Ctime} {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	b = append(b, r.sum[:]...)
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b[start:]))
}

func parseRecord(b []byte) (r record, ok bool) {
	body, check := b[:recordSize-4], b[recordSize-4:recordSize]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(check) {
		return r, false
	}
	for i, v := range []*int64{&r.stat.Device, &r.stat.Inode, &r.stat.Size, &r.stat.Mtime, &r.stat.Ctime} {
		*v = int64(binary.LittleEndian.Uint64(body[8*i:]))
	}
	copy(r.sum[:], body[5*8:])
	return r, true
}

// load reads the log at path. reset says that it should be replaced rather than
// appended to.
func load(path string) (entries map[memo.Fingerprint][digest.Size]byte, reset bool) {
	data, ok := memo.Read(path)
	if !ok {
		return map[memo.Fingerprint][digest.Size]byte{}, false
	}
	entries = make(map[memo.Fingerprint][digest.Size]byte, len(data)/recordSize)
	reset = len(data)%recordSize != 0 || len(data)/recordSize > maxRecords
	for ; len(data) >= recordSize; data = data[recordSize:] {
		r, ok := parseRecord(data)
		if !ok {
			return entries, true
		}
		entries[r.stat] = r.sum
	}
	return entries, reset
}

// Save adds to the log what this process has learnt.
func (c *Cache) Save() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.path == "" || (len(c.fresh) == 0 && !c.reset) {
		return nil
	}
	var out []byte
	if c.reset {
		for _, r := range c.used {
			out = r.append(out)
		}
	}
	for _, r := range c.fresh {
		out = r.append(out)
	}
	if c.reset {
		return memo.Write(c.path, out)
	}
	c.fresh = nil
	return memo.Append(c.path, out)
}
