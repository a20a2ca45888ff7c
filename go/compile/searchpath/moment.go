package searchpath

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"thinrex/go/compile/depfile"
)

// A Moment is the time at which a compilation began, and the folders that there were. What
// has come to its place since may not be what the compiler has read.
type Moment struct {
	time    time.Time
	folders map[string]*status
}

// Begin notes the present, for which it writes a file into dir. It waits until files that
// changed before the time after can be told from files that change from now on.
//
// It also notes the folders that are searched, and those of files. Later it would be hard
// to tell a folder that was put in the place of another from one in which a file was made.
func (s *SearchPath) Begin(dir string, after time.Time, files []string) (Moment, error) {
	at, err := now(dir, after)
	if err != nil {
		return Moment{}, err
	}
	m := Moment{at, map[string]*status{}}
	seen := map[string]bool{}
	for _, path := range slices.Concat(files, s.Quote, s.Angle) {
		visitPath(depfile.Name(path), seen, func(step string, is *status) { m.folders[step] = is })
	}
	return m, nil
}

// visitPath calls visit for each file, folder and link on the way to path that isn't seen
// yet. It follows links step by step.
func visitPath(path string, seen map[string]bool, visit func(step string, is *status)) {
	for end := len(path); end > 0; end = strings.LastIndexByte(path[:end], '/') {
		step := path[:end]
		if seen[step] {
			return
		}
		seen[step] = true
		is, there, err := linkStatusOf(step)
		if err != nil || !there || step[end-1] == '/' {
			continue
		}
		visit(step, &is)
		if !is.isLink() {
			continue
		}
		if target, err := os.Readlink(step); err == nil && filepath.IsAbs(target) {
			visitPath(target, seen, visit)
		} else if err == nil {
			visitPath(above(step)+target, seen, visit)
		}
	}
}

// above is the folder that holds path, with its slash, or "" for the working
// directory.
func above(path string) string { return path[:strings.LastIndexByte(path, '/')+1] }
