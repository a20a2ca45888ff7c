package outage

import (
	"os"
	"time"

	"thinrex/go/host/memo"
)

const (
	// Lasts is how long the processes of a build go on without the service after one has
	// failed. Then one tries it, while the others go on without for as long again.
	Lasts = time.Minute
	// SameBuild is how long after the last try a failure still belongs to the same build.
	// A build tries each time that Lasts is over; the next one is to be warned anew.
	SameBuild = 10 * time.Minute
)

// A memory is a file that is there during an outage. Its time is that of the last try.
type memory struct {
	path    string // "" if nothing is remembered
	isStale bool   // the file was left by another build
}

// memoriesOf returns those of a service that can't be used, and of one that can only
// be read.
func memoriesOf(stateDir string, c Caller) (reading, writing memory) {
	key := c.key(os.Getuid())
	return memory{path: memo.Path(stateDir, memo.Outage, key)},
		memory{path: memo.Path(stateDir, memo.Outage, key+"-writing")}
}

// lasts reports whether to go on without the service. If not, and there is an outage,
// this process is the one that tries again.
func (m *memory) lasts() bool {
	if m.path == "" {
		return false
	}
	fi, err := os.Lstat(m.path)
	if err != nil {
		return false
	}
	age := time.Since(fi.ModTime()).Abs() // the clock may have been set back
	if age < Lasts {
		return true
	}
	m.isStale = age > SameBuild
	_ = m.touch()
	return false
}

// begin reports whether the outage could be remembered, and whether the build hasn't
// been warned of it yet.
func (m *memory) begin() (remembered, isNew bool) {
	if m.path == "" {
		return false, true
	}
	created, err := memo.Create(m.path)
	if err != nil {
		return false, true
	}
	return m.touch() == nil, created || m.isStale
}

// forget ends the outage, if there is one.
func (m *memory) forget() {
	if m.path != "" {
		os.Remove(m.path)
	}
}

// touch sets the file's time by this machine's clock, which lasts compares it with. By
// itself the file would have that of the server on which it lies.
func (m *memory) touch() error { return os.Chtimes(m.path, time.Time{}, time.Now()) }
