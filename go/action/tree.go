package action

import (
	"maps"
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
	files := make(map[string]Input, len(inputs))
	for _, in := range inputs {
		files[in.Name] = in
	}
	t := &Tree{blobs: map[digest.Digest][]byte{}}
	t.top = &repb.Directory{Directories: slices.Clone(beside.top.GetDirectories())}
	for d, data := range beside.blobs {
		if d != beside.digest {
			t.blobs[d] = data
		}
	}
	var err error
	t.digest, err = t.addFiles(function, t.top, files)
	return t, err
}

// addFiles fills a directory with files and makes the directories below it.
func (t *Tree) addFiles(function digest.Function, dir *repb.Directory, files map[string]Input) (digest.Digest, error) {
	below := map[string]map[string]Input{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		first, rest, nested := strings.Cut(name, "/")
		if !nested {
			in := files[name]
			dir.Files = append(dir.Files, &repb.FileNode{
				Name:         name,
				Digest:       in.Digest.Proto(),
				IsExecutable: in.Executable,
			})
			continue
		}
		if below[first] == nil {
			below[first] = map[string]Input{}
		}
		below[first][rest] = files[name]
	}
	for name, files := range below {
		d, err := t.addFiles(function, &repb.Directory{}, files)
		if err != nil {
			return digest.Digest{}, err
		}
		dir.Directories = append(dir.Directories, &repb.DirectoryNode{Name: name, Digest: d.Proto()})
	}
	slices.SortFunc(dir.Directories, func(x, y *repb.DirectoryNode) int { return strings.Compare(x.Name, y.Name) })
	data, d, err := function.OfMessage(dir)
	if err != nil {
		return digest.Digest{}, err
	}
	t.blobs[d] = data
	return d, nil
}
