package store

import (
	"path"

	"thinrex/go/digest"
	"thinrex/go/wire"
)

// maxTree bounds how much of another program's list of files is read.
const maxTree = 64 << 20 // bytes

// inFolders returns what the output folders of another program's result refer to: for each
// folder a Tree, which lists all files below it, and the folder's own message.
func (v *survey) inFolders(function string, entry []byte) (referred []digest.Digest) {
	for _, folder := range parts(entry, outputDirectories) {
		for _, field := range []wire.Field{3, 5} { // OutputDirectory.tree_digest, root_directory_digest
			referred = append(referred, digests(folder, field)...)
		}
		for _, d := range digests(folder, 3) {
			referred = append(referred, v.inTree(function, d)...)
		}
	}
	return referred
}

func (v *survey) inTree(function string, d digest.Digest) (referred []digest.Digest) {
	if d.Check() != nil || d.Size > maxTree {
		return nil
	}
	tree, err := v.root.ReadFile(path.Join(function, casFolder, d.Hash[:2], d.Hash))
	if err != nil {
		return nil
	}
	for _, field := range []wire.Field{1, 2} { // Tree.root, children
		for _, folder := range parts(tree, field) {
			for _, file := range parts(folder, 1) { // Directory.files
				referred = append(referred, digests(file, 2)...) // FileNode.digest
			}
		}
	}
	return referred
}

// parts returns the messages in a field of a message, up to what is damaged.
func parts(message []byte, field wire.Field) (list [][]byte) {
	new(wire.Reader).Message(message, field, func(v wire.Value) bool {
		if v.Field == field && v.IsText {
			list = append(list, v.Text)
		}
		return true
	})
	return list
}

// digests is parts for a field that is a Digest.
func digests(message []byte, field wire.Field) (list []digest.Digest) {
	for _, part := range parts(message, field) {
		var d digest.Digest
		d.Read(&wire.Reader{}, part)
		list = append(list, d)
	}
	return list
}
