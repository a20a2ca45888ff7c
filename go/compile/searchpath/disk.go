package searchpath

import (
	"strings"

	"thinrex/go/host/memo"
)

// A disk answers once how each name is on disk, after a compilation has ended.
type disk struct {
	began  Moment
	known  map[string]*status // nil for what isn't there
	walked map[string]bool
	denied map[string]error // names that can't be looked up: see statusOf
	late   string           // a file, link or folder that may have changed since, or ""
}

// newDisk has room for about so many names.
func newDisk(began Moment, names int) disk {
	return disk{
		began:  began,
		known:  make(map[string]*status, names),
		walked: map[string]bool{},
		denied: map[string]error{},
	}
}

// stat returns nil for what isn't there.
func (w *disk) stat(path string) *status {
	is, ok := w.known[path]
	if ok {
		return is
	}
	if end := strings.LastIndexByte(path, '/'); end > 0 {
		if folder, ok := w.known[path[:end]]; ok && folder == nil {
			w.known[path] = nil // and what leads there has been walked
			return nil
		}
	}
	is = w.look(path)
	w.known[path] = is
	if is != nil && !is.isDir() && mayBeAfter(is.LastChange(), w.began.time) {
		w.late = path
	}
	return is
}

// look asks for a file and for what is on the way to it. Most names are of
// nothing, or of no link: one system call tells that.
func (w *disk) look(path string) *status {
	is, there, err := linkStatusOf(path)
	if there && (is.isLink() || strings.HasSuffix(path, "/")) {
		visitPath(path, w.walked, w.step)
		is, there, err = statusOf(path)
	} else {
		if there && !w.walked[path] {
			w.walked[path] = true
			w.step(path, &is)
		}
		visitPath(strings.TrimSuffix(above(path), "/"), w.walked, w.step)
	}
	if err != nil {
		w.denied[path] = err
	}
	if !there {
		return nil
	}
	found := is // alone on the heap: most names are of nothing
	return &found
}

func (w *disk) step(step string, is *status) {
	was, ok := w.began.folders[step]
	if ok && !sameFile(was, is) { // by a mount, perhaps: that stamps nothing
		w.late = step
	}
	if is.isDir() && w.moved(step, is) || is.isLink() && mayBeAfter(is.LastChange(), w.began.time) {
		w.late = step
	}
}

// moved reports whether a folder may have come to its place only now. That
// changes the folder and the one above it. Files that are made in both do so,
// too: then it must be known to have been there.
func (w *disk) moved(step string, is *status) bool {
	since := w.began.time
	dir := above(step)
	name := step[len(dir):]
	if name == "." || name == ".." || memo.TellsFiles && !mayBeAfter(is.LastChange(), since) {
		return false
	}
	if dir == "" {
		dir = "."
	}
	if parent, there, _ := statusOf(dir); there && !mayBeAfter(parent.LastChange(), since) {
		return false
	}
	_, ok := w.began.folders[step] // the same: see step
	back := mayBeAfter(is.LastChange(), since) && !mayBeAfter(is.modTime(), since)
	return !ok || back
}

// unsure returns why it isn't known that the compiler found nothing by a name, or nil.
func (w *disk) unsure(conditions []string) error {
	if len(w.denied) == 0 {
		return nil
	}
	for _, c := range conditions {
		if err := w.denied[c[1:]]; err != nil {
			return err
		}
	}
	return nil
}
