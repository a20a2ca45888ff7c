package headermemo

import (
	"bytes"
	"os"
	"slices"

	"thinrex/go/host/memo"
)

// A folder is what is remembered of the headers in one folder: a file with one
// line about this program, then records. A file that doesn't read well, after a kill
// or a full disk, or that another version of this program wrote, is written anew.
type folder struct {
	path    string
	size    int64 // of the file when it was read; 0 if there was none
	records map[memo.Fingerprint]record
	damaged bool // the file has to be written anew
	used    []record
	fresh   []record // which the file doesn't have yet
}

// maxFile bounds a file to which each version of a header is added. A longer file
// keeps only what the last compilation used.
const maxFile = 4 << 20

func loadFolder(path, firstLine string) *folder {
	f := &folder{path: path, records: map[memo.Fingerprint]record{}}
	data, ok := memo.Read(path)
	if !ok {
		return f
	}
	f.size = int64(len(data))
	rest, ok := bytes.CutPrefix(data, []byte(firstLine))
	for ok && len(rest) > 0 {
		var r record
		if r, rest, ok = cutRecord(rest); ok {
			f.records[r.fingerprint()] = r
		}
	}
	f.damaged = !ok || len(data) > maxFile
	return f
}

// save adds the fresh records to the file. Other compilations may do so at the same
// time: what one of them overwrites is learnt again.
func (f *folder) save(firstLine string) error {
	there := f
	if info, err := os.Stat(f.path); err == nil && info.Size() != f.size {
		there = loadFolder(f.path, firstLine) // other compilations have mostly added the same
	}
	if there.damaged || there.size == 0 {
		return memo.WriteUnsynced(f.path, slices.Concat([]byte(firstLine), join(f.used), join(f.fresh)))
	}
	var missing []record
	for _, r := range f.fresh {
		if _, ok := there.records[r.fingerprint()]; !ok {
			missing = append(missing, r)
		}
	}
	return memo.Append(f.path, join(missing))
}

func join(records []record) (b []byte) {
	for _, r := range records {
		b = append(b, r...)
	}
	return b
}
