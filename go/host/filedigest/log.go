package filedigest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"

	"thinrex/go/digest"
)

// The cache on disk is a log of fixed-size records, so that any number of
// processes can append to it without a lock: a small O_APPEND write lands
// whole. A record that doesn't match its checksum ends the log; it is then
// written anew.
const (
	recordSize = 5*8 + digest.Size + 4
	maxRecords = 100_000 // 7.6 MB
)

type record struct {
	stat Stat
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

// load reads the log at path. reset says that it should be replaced rather
// than appended to.
func load(path string) (entries map[Stat][digest.Size]byte, reset bool) {
	if path == "" {
		return map[Stat][digest.Size]byte{}, false
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return map[Stat][digest.Size]byte{}, false
	}
	entries = make(map[Stat][digest.Size]byte, len(data)/recordSize)
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

// Save adds to the file what this process has learnt.
func (c *Cache) Save() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.path == "" || (len(c.fresh) == 0 && !c.reset) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(c.path), 0o777); err != nil {
		return err
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
		return replaceFile(c.path, out)
	}
	c.fresh = nil
	return appendFile(c.path, out)
}

func appendFile(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func replaceFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".digests-*")
	if err != nil {
		return err
	}
	_, err = bytes.NewReader(data).WriteTo(f)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
