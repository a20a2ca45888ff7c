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

// nameDWO names the .dwo file of an action in its arguments and outputs. clang would
// name it after the object, whose name holds the linker's process id and doesn't
// exist after the link. The name is made from the digest of the rest of the action,
// so equal content has an equal name, and no two files share one. Debuggers look for
// it below the directory of the compilation, then below their own.
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
