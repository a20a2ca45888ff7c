package searchpath

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"thinrex/go/compile/depfile"
	"thinrex/go/host/memo"
)

// A Moment is when a compilation began, and which folders it found. What has
// come to its place since may not be what the compiler has read.
type Moment struct {
	time    time.Time
	folders map[string]fs.FileInfo
}

// Begin notes the present, for which it writes a file to dir. What changed
// before the moment after, by the clock, is then known to have changed before.
// The folders searched and those of files are known then: later it is hard to
// tell one that was put in the place of another from one in which a file was
// made.
func (s *SearchPath) Begin(dir string, after time.Time, files []string) (Moment, error) {
	at, err := now(dir, after)
	if err != nil {
		return Moment{}, err
	}
	m := Moment{at, map[string]fs.FileInfo{}}
	seen := map[string]bool{}
	for _, path := range slices.Concat(files, s.Quote, s.Angle) {
		walk(depfile.Name(path), seen, func(step string, fi fs.FileInfo) { m.folders[step] = fi })
	}
	return m, nil
}

// walk calls visit for each file, folder and link on the way to path that isn't
// seen yet. Links are followed step by step.
func walk(path string, seen map[string]bool, visit func(step string, fi fs.FileInfo)) {
	for end := len(path); end > 0; end = strings.LastIndexByte(path[:end], '/') {
		step := path[:end]
		if seen[step] {
			return
		}
		seen[step] = true
		fi, err := os.Lstat(step)
		if err != nil || step[end-1] == '/' {
			continue
		}
		visit(step, fi)
		if fi.Mode()&fs.ModeSymlink == 0 {
			continue
		}
		if target, err := os.Readlink(step); err == nil && filepath.IsAbs(target) {
			walk(target, seen, visit)
		} else if err == nil {
			walk(above(step)+target, seen, visit)
		}
	}
}

// above is the folder that holds path, with its slash, or "" for the working
// directory.
func above(path string) string { return path[:strings.LastIndexByte(path, '/')+1] }

// A world answers once how each name is on disk.
type world struct {
	began  Moment
	known  map[string]fs.FileInfo // nil for what isn't there
	walked map[string]bool
	late   string // a file, link or folder that may have changed since, or ""
}

func (w *world) stat(path string) fs.FileInfo {
	fi, ok := w.known[path]
	if ok {
		return fi
	}
	if end := strings.LastIndexByte(path, '/'); end > 0 {
		if folder, ok := w.known[path[:end]]; ok && folder == nil {
			w.known[path] = nil // and what leads there has been walked
			return nil
		}
	}
	fi = w.look(path)
	w.known[path] = fi
	if fi != nil && !fi.IsDir() && mayBeAfter(lastChange(fi), w.began.time) {
		w.late = path
	}
	return fi
}

// look asks for a file and for what is on the way to it. Most names are of
// nothing, or of no link: one system call tells that.
func (w *world) look(path string) fs.FileInfo {
	if !isThere(path) {
		walk(strings.TrimSuffix(above(path), "/"), w.walked, w.step)
		return nil
	}
	fi, err := os.Lstat(path)
	if err != nil || fi.Mode()&fs.ModeSymlink != 0 || strings.HasSuffix(path, "/") {
		fi, _ = os.Stat(path)
		walk(path, w.walked, w.step)
		return fi
	}
	if !w.walked[path] {
		w.walked[path] = true
		w.step(path, fi)
	}
	walk(strings.TrimSuffix(above(path), "/"), w.walked, w.step)
	return fi
}

func (w *world) step(step string, fi fs.FileInfo) {
	was, ok := w.began.folders[step]
	if ok && !os.SameFile(was, fi) { // by a mount, perhaps: that stamps nothing
		w.late = step
	}
	if fi.IsDir() && w.moved(step, fi) || fi.Mode()&fs.ModeSymlink != 0 && mayBeAfter(lastChange(fi), w.began.time) {
		w.late = step
	}
}

// moved reports whether a folder may have come to its place only now. That
// changes the folder and the one above it. Files that are made in both do so,
// too: then it must be known to have been there.
func (w *world) moved(step string, fi fs.FileInfo) bool {
	since := w.began.time
	dir := above(step)
	if name := step[len(dir):]; name == "." || name == ".." || memo.TellsFiles && !mayBeAfter(lastChange(fi), since) {
		return false
	}
	if dir == "" {
		dir = "."
	}
	if parent, err := os.Stat(dir); err == nil && !mayBeAfter(lastChange(parent), since) {
		return false
	}
	_, ok := w.began.folders[step] // the same: see step
	back := mayBeAfter(lastChange(fi), since) && !mayBeAfter(fi.ModTime(), since)
	return !ok || back
}
