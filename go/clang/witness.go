package clang

import (
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"thinrex/go/host/memo"
)

// A witness notes how everything was that a search for libraries has looked
// at, there or not, so that a later process needn't repeat the search as long
// as all of it is the same. A nil witness notes nothing.
type witness struct {
	since  time.Time // what changed not long before may change again unseen
	states map[string]string
	unsure bool // something can't be known again by its state
}

// What of a name is compared. All letters but the first follow links.
const (
	wholeFile  = 'F' // a file's content, by its stat
	whichDir   = 'D' // which folder it is, not what is in it
	namesInDir = 'N' // that, and the names in it
)

func newWitness() *witness {
	return &witness{since: time.Now(), states: map[string]string{}}
}

// note takes the state of a name before it is looked at: a change in between
// then shows later.
func (w *witness) note(kind byte, path string) {
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

// doubt says that not all is noted.
func (w *witness) doubt() {
	if w != nil {
		w.unsure = true
	}
}

// stands reports whether a name that was noted is as it was.
func stands(name, state string) bool {
	now, _ := stateOf(name[0], name[1:], time.Time{})
	return now == state
}

// absent is the state of a name that leads to nothing.
const absent = "-"

// stateOf returns how a name is now, and whether that tells it from how it will be
// after any change.
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
