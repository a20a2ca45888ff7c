package action

import (
	"slices"
	"strings"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/digest"
)

// A Tree is a folder of inputs as Directory messages. Its zero value, and nil, is an
// empty one.
type Tree struct {
	digest digest.Digest            // of the folder's own message
	top    *repb.Directory          // that message; nil for an empty tree
	blobs  map[digest.Digest][]byte // all messages, serialised
}

// NewTree makes a tree of inputs and, beside them, the folders of another tree, which
// many actions share: that of the compiler's own files.
func NewTree(function digest.Function, inputs []Input, beside *Tree) (*Tree, error) {
	if beside == nil {
		beside = new(Tree)
	}
	t := &Tree{blobs: map[digest.Digest][]byte{}}
	t.top = &repb.Directory{Directories: slices.Clone(beside.top.GetDirectories())}
	for d, data := range beside.blobs {
		if d != beside.digest {
			t.blobs[d] = data
		}
	}
	var err error
	t.digest, err = t.addFiles(function, t.top, sortedByName(inputs))
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

// addFiles fills a directory with files, which are sorted by path, and makes the
// directories below it.
func (t *Tree) addFiles(function digest.Function, dir *repb.Directory, files []entry) (digest.Digest, error) {
	for len(files) > 0 {
		first, _, nested := strings.Cut(files[0].path, "/")
		if !nested {
			in := files[0].input
			dir.Files = append(dir.Files, &repb.FileNode{
				Name:         first,
				Digest:       in.Digest.Proto(),
				IsExecutable: in.Executable,
			})
			files = files[1:]
			continue
		}
		folder, n := first+"/", 0
		for n < len(files) && strings.HasPrefix(files[n].path, folder) {
			files[n].path = files[n].path[len(folder):]
			n++
		}
		d, err := t.addFiles(function, &repb.Directory{}, files[:n])
		if err != nil {
			return digest.Digest{}, err
		}
		dir.Directories = append(dir.Directories, &repb.DirectoryNode{Name: first, Digest: d.Proto()})
		files = files[n:]
	}
	slices.SortFunc(dir.Directories, func(x, y *repb.DirectoryNode) int { return strings.Compare(x.Name, y.Name) })
	data, d, err := function.OfMessage(dir)
	if err != nil {
		return digest.Digest{}, err
	}
	t.blobs[d] = data
	return d, nil
}
