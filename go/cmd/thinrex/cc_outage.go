package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// An outage is a file that is there while a service can't be used. The file's
// time is when the service was asked last.
type outage struct {
	path  string // "" if there is nowhere to remember it
	stale bool   // it is from another build
}

const (
	outageLasts = time.Minute
	// A build asks again each time that an outage has lasted. If nobody has for
	// so long, that build is over, and the next wants to be told.
	sameBuild = 10 * time.Minute
)

// lasts reports whether the service needn't be asked. After some time one
// process is to ask, and the others needn't for as long again.
func (o *outage) lasts() bool {
	if o.path == "" {
		return false
	}
	fi, err := os.Lstat(o.path)
	if err != nil {
		return false
	}
	age := time.Since(fi.ModTime()).Abs() // the clock may have been wrong
	if age < outageLasts {
		return true
	}
	o.stale = age > sameBuild
	o.touch()
	return false
}

// begin remembers that the service can't be used, and reports whether somebody
// should be told.
func (o *outage) begin() (remembered, news bool) {
	if o.path == "" {
		return false, true
	}
	if err := os.MkdirAll(filepath.Dir(o.path), 0o777); err != nil {
		return false, true
	}
	f, err := os.OpenFile(o.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	switch {
	case err == nil:
		_ = f.Close() // nothing was written
		news = true
	case errors.Is(err, fs.ErrExist):
		news = o.stale
	default:
		return false, true
	}
	return o.touch() == nil, news
}

// end forgets the outage.
func (o *outage) end() {
	if o.path != "" {
		os.Remove(o.path) // mostly there is none
	}
}

// touch sets the time by this machine's clock; the file's may be a server's.
func (o *outage) touch() error { return os.Chtimes(o.path, time.Time{}, time.Now()) }
