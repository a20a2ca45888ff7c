package action

import (
	"fmt"
	"slices"
	"strings"

	"thinrex/go/digest"
	"thinrex/go/wire"
)

// A Tree is a folder of inputs as Directory messages. Its zero value, and nil, is an
// empty one.
type Tree struct {
	digest  digest.Digest            // of the folder's own message
	folders []folder                 // in it, sorted
	blobs   map[digest.Digest][]byte // all messages, serialised
}

// A folder is one of a Directory message.
type folder struct {
	name   string
	digest digest.Digest
}

// NewTree makes a tree of inputs and, beside them, the folders of another tree, which
// many actions share: that of the compiler's own files.
func NewTree(function digest.Function, inputs []Input, beside *Tree) (*Tree, error) {
	if beside == nil {
		beside = new(Tree)
	}
	t := &Tree{blobs: map[digest.Digest][]byte{}}
	for d, data := range beside.blobs {
		if d != beside.digest {
			t.blobs[d] = data
		}
	}
	var err error
	t.digest, t.folders, err = t.addDirectory(function, sortedByName(inputs), beside.folders)
	return t, err
}

// An entry is an input and its path below a directory.
type entry struct {
	path  string
	input *Input
}

// sortedByName leaves out all but the last of inputs with the same name.
func sortedByName(inputs []Input) []entry {
	entries := make([]entry, len(inputs))
	for i := range inputs {
		entries[len(inputs)-1-i] = entry{inputs[i].Name, &inputs[i]} // the last one first
	}
	slices.SortStableFunc(entries, func(x, y entry) int { return strings.Compare(x.path, y.path) })
	return slices.CompactFunc(entries, func(x, y entry) bool { return x.path == y.path })
}

// addDirectory adds the message of a directory with files, which are sorted by path, and
// with folders of another one. It adds those of the directories below it first. The
// numbers are those of the fields of Directory, FileNode and DirectoryNode.
func (t *Tree) addDirectory(
	function digest.Function, files []entry, folders []folder,
) (digest.Digest, []folder, error) {
	folders = slices.Clone(folders)
	var dir wire.Message
	dir.Grow(sizeOf(files))
	for len(files) > 0 {
		first, _, nested := strings.Cut(files[0].path, "/")
		if !nested {
			in := files[0].input
			dir.Part(1, func() {
				dir.Text(1, first)
				in.Digest.Write(&dir, 2)
				dir.Flag(4, in.Executable)
			})
			files = files[1:]
			continue
		}
		above, n := first+"/", 0
		for n < len(files) && strings.HasPrefix(files[n].path, above) {
			files[n].path = files[n].path[len(above):]
			n++
		}
		d, _, err := t.addDirectory(function, files[:n], nil)
		if err != nil {
			return digest.Digest{}, nil, err
		}
		folders = append(folders, folder{first, d})
		files = files[n:]
	}
	slices.SortFunc(folders, func(x, y folder) int { return strings.Compare(x.name, y.name) })
	for _, f := range folders {
		dir.Part(2, func() {
			dir.Text(1, f.name)
			f.digest.Write(&dir, 2)
		})
	}
	data, d, err := seal(&dir, function)
	if err != nil {
		return digest.Digest{}, nil, fmt.Errorf("names of inputs: %w", err)
	}
	t.blobs[d] = data
	return d, folders, nil
}

// sizeOf is about how many bytes of a Directory message the files that are in no deeper
// directory take.
func sizeOf(files []entry) (n int) {
	const digestAndTags = 2*digest.Size + 20
	for _, f := range files {
		if !strings.Contains(f.path, "/") {
			n += len(f.path) + digestAndTags
		}
	}
	return n
}
