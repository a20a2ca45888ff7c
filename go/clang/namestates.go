package clang

import (
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"thinrex/go/host/memo"
)

// nameStates holds the state of every name that a search for libraries has looked
// at, whether it exists or not. A later process needn't repeat the search as long
// as none has changed. A nil one records nothing.
type nameStates struct {
	since  time.Time // a file that changed shortly before may change again with the same times
	states map[string]string
	unsure bool // the states don't show every change that matters
}

// What is compared of a name, with symbolic links followed.
const (
	wholeFile  = 'F' // a file's content, by its times and size
	whichDir   = 'D' // which folder it is, not what is in it
	namesInDir = 'N' // which folder it is, and the names in it
)

func newNameStates() *nameStates {
	return &nameStates{since: time.Now(), states: map[string]string{}}
}

// record takes the state of a name. It is called before the search looks at the
// name, so that a change in between shows later.
func (w *nameStates) record(kind byte, path string) {
	if w == nil {
		return
	}
	name := string(kind) + path
	if _, ok := w.states[name]; ok {
		return
	}
	state, settled := stateOf(kind, path, w.since)
	w.states[name] = state
	if !settled || !filepath.IsAbs(path) || strings.ContainsRune(path, '\n') {
		w.unsure = true
	}
}

// markUnsure records that the search also depends on something that has no state.
func (w *nameStates) markUnsure() {
	if w != nil {
		w.unsure = true
	}
}

// isUnchanged reports whether a recorded name still has its state.
func isUnchanged(name, state string) bool {
	now, _ := stateOf(name[0], name[1:], time.Time{})
	return now == state
}

// absent is the state of a name that doesn't exist.
const absent = "-"

// stateOf returns the present state of a name, and whether every later change will
// give it another one.
func stateOf(kind byte, path string, since time.Time) (state string, isSettled bool) {
	now, _, err := memo.Stat(path)
	if err != nil {
		return absent, true
	}
	fields := []int64{now.Device, now.Inode, now.Size, now.Mtime, now.Ctime}
	isSettled = now.Exact() && now.Settled(since)
	if kind == whichDir {
		fields, isSettled = fields[:2], now.Inode != 0
	}
	var b []byte
	for _, v := range fields {
		b = append(strconv.AppendInt(b, v, 36), ',')
	}
	return string(b), isSettled
}
