package history

import (
	"encoding/binary"
	"hash/fnv"

	"thinrex/go/host/memo"
)

// mostFilesRead bounds the files that are remembered of one source.
const mostFilesRead = 1 << 14

// Changes compares the files that a compiler has read, the source first, with those that it
// read when the same compilation last ran on this machine, and remembers them for the next
// time. It returns the names of files with another content, and of those that weren't read
// then, at most MostChanged; nil if the last time isn't known. of names the compilation.
func (f Folder) Changes(of []string, files []File) (changed []string) {
	if !f.IsKept() || len(files) > mostFilesRead {
		return nil
	}
	key := memo.Key(of...)
	path := memo.Path(f.state, memo.FilesRead, key[:2], key)
	old, known := memo.Read(path)
	before := contents(old)
	now := make([]byte, 0, readEntry*len(files))
	for _, file := range files {
		name, content := hashOf(file.Name), ShortOfHash(file.Digest)
		now = binary.BigEndian.AppendUint64(now, name)
		now = binary.BigEndian.AppendUint64(now, uint64(content))
		then, read := before[name]
		switch {
		case !known || then == content || len(changed) == MostChanged:
		case read:
			changed = append(changed, file.Name)
		default:
			changed = append(changed, NowRead+file.Name)
		}
	}
	_ = memo.WriteUnsynced(path, now) // else the next compilation compares with an older one
	return changed
}

// NowRead stands in Compilation.Changed before the name of a file that the last compilation
// of the source didn't read: it is new, or found before another one, or included now.
const NowRead = "now read: "

// readEntry is how many bytes stand for a file: hashes of its name and of its content.
const readEntry = 16

// contents returns the contents of files by the hashes of their names. Damage makes a wrong
// answer, which is no worse than none.
func contents(data []byte) map[uint64]Short {
	m := make(map[uint64]Short, len(data)/readEntry)
	for ; len(data) >= readEntry; data = data[readEntry:] {
		m[binary.BigEndian.Uint64(data)] = Short(binary.BigEndian.Uint64(data[8:]))
	}
	return m
}

func hashOf(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}
