package action

import (
	"maps"
	"slices"
	"strings"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/digest"
)

// inputRoot returns the digest of the Directory that holds the inputs, and
// all Directory messages of the tree.
func inputRoot(inputs []Input) (digest.Digest, map[digest.Digest][]byte, error) {
	files := make(map[string]digest.Digest, len(inputs))
	for _, in := range inputs {
		files[in.Name] = in.Digest
	}
	blobs := map[digest.Digest][]byte{}
	root, err := directory(files, blobs)
	return root, blobs, err
}

func directory(files map[string]digest.Digest, blobs map[digest.Digest][]byte) (digest.Digest, error) {
	dir := &repb.Directory{}
	var below map[string]map[string]digest.Digest
	for _, name := range slices.Sorted(maps.Keys(files)) {
		first, rest, nested := strings.Cut(name, "/")
		if !nested {
			dir.Files = append(dir.Files, &repb.FileNode{Name: name, Digest: files[name].Proto()})
			continue
		}
		if below == nil {
			below = map[string]map[string]digest.Digest{}
		}
		if below[first] == nil {
			below[first] = map[string]digest.Digest{}
		}
		below[first][rest] = files[name]
	}
	for _, name := range slices.Sorted(maps.Keys(below)) {
		d, err := directory(below[name], blobs)
		if err != nil {
			return digest.Digest{}, err
		}
		dir.Directories = append(dir.Directories, &repb.DirectoryNode{Name: name, Digest: d.Proto()})
	}
	data, d, err := digest.OfMessage(dir)
	if err != nil {
		return digest.Digest{}, err
	}
	blobs[d] = data
	return d, nil
}

func sortedEnv(env map[string]string) []*repb.Command_EnvironmentVariable {
	var vars []*repb.Command_EnvironmentVariable
	for _, name := range slices.Sorted(maps.Keys(env)) {
		vars = append(vars, &repb.Command_EnvironmentVariable{Name: name, Value: env[name]})
	}
	return vars
}

func outputNames(outputs []Output) []string {
	names := make([]string, len(outputs))
	for i, out := range outputs {
		names[i] = out.Name
	}
	slices.Sort(names)
	return names
}
