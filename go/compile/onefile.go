package compile

import (
	"os"
	"slices"

	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
	"thinrex/go/host/memo"
)

// oneFile lists, sorted, which names are those of one file. It is part of the key,
// because #pragma once and #import skip a file that they have read by another name, but
// not another file with equal content. For most compilations the list is empty.
func oneFile(files []filedigest.File) (list []string) {
	first := make(map[digest.Digest]int, len(files)) // of those with this content
	var equal map[digest.Digest][]filedigest.File    // if there are several
	for i, f := range files {
		j, ok := first[f.Digest]
		if !ok {
			first[f.Digest] = i
			continue
		}
		if equal == nil {
			equal = map[digest.Digest][]filedigest.File{}
		}
		if equal[f.Digest] == nil {
			equal[f.Digest] = []filedigest.File{files[j]}
		}
		equal[f.Digest] = append(equal[f.Digest], f)
	}
	for _, group := range equal {
		least := map[memo.Fingerprint]string{} // of the names of one file, or of several: see sameFile
		for _, f := range group {
			if name, ok := least[f.Stat]; !ok || f.Path < name {
				least[f.Stat] = f.Path
			}
		}
		for _, f := range group {
			if same := least[f.Stat]; same != f.Path && sameFile(f, filedigest.File{Path: same, Stat: f.Stat}) {
				list = append(list, "="+f.Path+"\x00"+same)
			}
		}
	}
	slices.Sort(list)
	return list
}

// sameFile compares two names with equal fingerprints. Without an inode in these, other
// files may share them.
func sameFile(f, g filedigest.File) bool {
	if f.Stat.Inode != 0 {
		return f.Stat.Device == g.Stat.Device && f.Stat.Inode == g.Stat.Inode
	}
	x, _ := os.Stat(f.Path)
	y, _ := os.Stat(g.Path)
	return os.SameFile(x, y)
}
