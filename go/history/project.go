package history

import (
	"os"
	"path/filepath"
)

// projectMarks are what the top folder of a project holds, the surest first.
var projectMarks = []string{"thinrex.toml", "MODULE.bazel", "WORKSPACE.bazel", "WORKSPACE", ".git"}

// Project returns the folder under which what happens in dir is counted: the nearest one at
// or above it that holds a thinrex.toml, else a Bazel workspace, else the top of a Git
// repository, else dir itself. A build tree within a project is counted under the project.
func Project(dir string) string {
	for _, mark := range projectMarks {
		for folder := filepath.Clean(dir); ; folder = filepath.Dir(folder) {
			if _, err := os.Lstat(filepath.Join(folder, mark)); err == nil {
				return folder
			}
			if folder == filepath.Dir(folder) {
				break
			}
		}
	}
	return dir
}
