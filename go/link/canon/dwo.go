package canon

import (
	"path/filepath"

	"thinrex/go/action"
	"thinrex/go/digest"
)

const (
	dwoSuffix = ".dwo"
	// dwoFolder is where a link's .dwo files go, in the linker's directory.
	dwoFolder = "thinrex-dwo"
)

// nameDWO gives the split DWARF of a the name that the object refers to it
// by. clang would take the object's own name, which holds the linker's PID and
// is gone after the link. Debuggers look for the name below the directory of
// the compilation, then below their own. Made from the digest of all the rest
// of the action, it is as stable as the content and no two files share it.
func nameDWO(a *action.Action, rest digest.Digest) {
	name := dwoFolder + "/" + rest.Hash[:16] + dwoSuffix
	a.Args = append(a.Args,
		"-Xclang", "-split-dwarf-file", "-Xclang", name,
		"-Xclang", "-split-dwarf-output", "-Xclang", objectStem+dwoSuffix)
	for i, out := range a.Outputs {
		if out.Name == objectStem+dwoSuffix {
			a.Outputs[i].Path, a.Outputs[i].Shared = filepath.FromSlash(name), true
		}
	}
}
