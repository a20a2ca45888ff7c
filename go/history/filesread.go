package history

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"os"

	"thinrex/go/host/memo"
)

const (
	mostFilesRead = 1 << 14 // files that are remembered of one source
	longestArgs   = 1 << 14 // bytes of arguments; longer ones aren't remembered
)

// A Basis is what a compilation depends on.
type Basis struct {
	Key   string // of its result
	Files []File // the source first
	Args  []string
	Env   []Value // variables, and what else counts as such
}

// Changes are what a compilation depends on and didn't the last time, when it ran or hit.
type Changes struct {
	Since Short // ShortOf the Basis.Key of the last time; 0 if that isn't known
	// Files have another content, or weren't read then: see NowRead. At most MostChanged.
	Files []string
	Args  ListChange
	Env   []string // names of variables that have another value, or are set in one case only
}

// A ListChange says which texts are only in the later of two lists, and which only in the
// earlier one.
type ListChange struct {
	Added   []string `json:"added,omitempty"`
	Removed []string `json:"removed,omitempty"`
}

// IsEmpty reports whether the lists have the same texts.
func (c ListChange) IsEmpty() bool { return len(c.Added)+len(c.Removed) == 0 }

// lastBasis is what is remembered of a Basis as text. Behind it, the file has an entry for
// each file.
type lastBasis struct {
	Key  Short    `json:"key,omitzero"`
	Args []string `json:"args,omitempty"`
	Env  []Value  `json:"env,omitempty"`
}

// Changes compares what a compilation depends on with what it depended on the last time on
// this machine, and remembers it for the next time. There are none if the last time isn't
// known. of names the compilation.
func (f Folder) Changes(of []string, now Basis) (c Changes) {
	if !f.IsKept() || len(now.Files) > mostFilesRead {
		return c
	}
	path := f.basisPath(of)
	old, known := memo.Read(path)
	text, entries, _ := bytes.Cut(old, []byte("\n"))
	before := contents(entries)
	for _, file := range now.Files {
		content := ShortOfHash(file.Digest)
		then, read := before[hashOf(file.Name)]
		switch {
		case !known || then == content || len(c.Files) == MostChanged:
		case read:
			c.Files = append(c.Files, file.Name)
		default:
			c.Files = append(c.Files, NowRead+file.Name)
		}
	}
	var last lastBasis
	if json.Unmarshal(text, &last) == nil && known {
		c.Since = last.Key
	}
	if len(last.Args) > 0 {
		c.Args = compareLists(now.Args, last.Args)
		c.Env = compareValues(now.Env, last.Env)
	}
	_ = memo.WriteUnsynced(path, now.encode()) // else the next compilation compares with an older one
	return c
}

// Hit remembers what a compilation depends on whose result, with a key, a cache had: the next
// one is compared with it. basis is called only if the last time had another key; ok is false
// if it can't be told.
func (f Folder) Hit(of []string, key string, basis func() (now Basis, ok bool)) {
	if !f.IsKept() {
		return
	}
	path := f.basisPath(of)
	if beginsWith(path, beginOf(ShortOf(key))) {
		return
	}
	if now, ok := basis(); ok && len(now.Files) <= mostFilesRead {
		_ = memo.WriteUnsynced(path, now.encode())
	}
}

// beginsWith reports whether a file does. It reads no more of it: this is done at each hit.
func beginsWith(path string, begin []byte) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	data := make([]byte, len(begin))
	n, _ := file.Read(data)
	return bytes.Equal(data[:n], begin)
}

func (f Folder) basisPath(of []string) string {
	key := memo.Key(of...)
	return memo.Path(f.state, memo.FilesRead, key[:2], key)
}

// beginOf is how the file of a compilation begins whose result has a key.
func beginOf(key Short) []byte { return []byte(`{"key":"` + key.String() + `"`) }

// encode returns what is remembered.
func (b Basis) encode() []byte {
	begin := b.begin()
	data := append(make([]byte, 0, len(begin)+readEntry*len(b.Files)), begin...)
	for _, file := range b.Files {
		data = binary.BigEndian.AppendUint64(data, hashOf(file.Name))
		data = binary.BigEndian.AppendUint64(data, uint64(ShortOfHash(file.Digest)))
	}
	return data
}

// begin returns the line with which the file begins.
func (b Basis) begin() []byte {
	key := ShortOf(b.Key)
	size := 0
	for _, arg := range b.Args {
		size += len(arg)
	}
	text, err := json.Marshal(lastBasis{key, b.Args, b.Env})
	if err != nil || size > longestArgs {
		text = append(beginOf(key), '}')
	}
	return append(text, '\n')
}

// compareLists compares lists, at most MostChanged texts of each. A text that a list has
// twice counts twice.
func compareLists(now, before []string) (c ListChange) {
	left := map[string]int{}
	for _, text := range before {
		left[text]++
	}
	for _, text := range now {
		if left[text]--; left[text] < 0 && len(c.Added) < MostChanged {
			c.Added = append(c.Added, shortened(text))
		}
	}
	for _, text := range before {
		if left[text] > 0 && len(c.Removed) < MostChanged {
			left[text]--
			c.Removed = append(c.Removed, shortened(text))
		}
	}
	return c
}

// compareValues returns the names of variables that differ, at most MostChanged.
func compareValues(now, before []Value) (names []string) {
	left := map[string]Short{}
	for _, v := range before {
		left[v.Name] = v.Digest
	}
	add := func(name string) {
		if len(names) < MostChanged {
			names = append(names, name)
		}
	}
	for _, v := range now {
		if digest, known := left[v.Name]; !known || digest != v.Digest {
			add(v.Name)
		}
		delete(left, v.Name)
	}
	for _, v := range before {
		if _, gone := left[v.Name]; gone {
			add(v.Name)
		}
	}
	return names
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
