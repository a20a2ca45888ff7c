package searchpath

import (
	"strings"

	"thinrex/go/host/memo"
)

// A disk looks up each name once, after a compilation has ended, and notes whether any of
// them may have changed while the compiler ran.
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
			w.known[path] = nil // and the way there has been visited
			return nil
		}
	}
	is = w.look(path)
	w.note(path, is)
	return is
}

// learn is stat for a regular file, no link, whose fingerprint was taken after the
// compilation had ended, or is zero.
func (w *disk) learn(path string, st memo.Fingerprint) *status {
	_, known := w.known[path]
	if known || !memo.TellsFiles || !st.Exact() {
		return w.stat(path)
	}
	is := &status{Fingerprint: st}
	w.visit(path, is)
	w.visitAbove(path)
	w.note(path, is)
	return is
}

func (w *disk) note(path string, is *status) {
	w.known[path] = is
	if is != nil && !is.isDir() && mayBeAfter(is.LastChange(), w.began.time) {
		w.late = path
	}
}

// look looks up a file and what is on the way to it. For most names, of nothing or of a
// file that is no link, that is one system call.
func (w *disk) look(path string) *status {
	is, there, err := linkStatusOf(path)
	if there && (is.isLink() || strings.HasSuffix(path, "/")) {
		visitPath(path, w.walked, w.step)
		is, there, err = statusOf(path)
	} else {
		if there {
			w.visit(path, &is)
		}
		w.visitAbove(path)
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

// visit is what visitPath does for the end of a path that is no link.
func (w *disk) visit(path string, is *status) {
	if !w.walked[path] {
		w.walked[path] = true
		w.step(path, is)
	}
}

func (w *disk) visitAbove(path string) {
	visitPath(strings.TrimSuffix(above(path), "/"), w.walked, w.step)
}

func (w *disk) step(step string, is *status) {
	was, ok := w.began.folders[step]
	if ok && !sameFile(was, is) { // perhaps by a mount, which changes no times
		w.late = step
	}
	if is.isDir() && w.moved(step, is) || is.isLink() && mayBeAfter(is.LastChange(), w.began.time) {
		w.late = step
	}
}

// moved reports whether a folder may have come to its place since the compiler began. That
// changes the times of the folder and of the one above it. If files that were made in both
// have changed these times, the folder must be known to have been there before.
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

// unsure returns an error for a condition about a name that can't be looked up: the
// compiler may have found a file there, or failed.
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
