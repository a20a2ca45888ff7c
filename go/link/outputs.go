package link

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"thinrex/go/action"
	"thinrex/go/host"
)

// outputFiles writes the files that the linker waits for, each of which appears whole
// under its name. It remembers them, so that a failed link leaves none: lld would take
// what is left of an earlier link for an output of the next one.
type outputFiles struct {
	mu      sync.Mutex
	written []string // paths
	// folder is held while a file gets a name. Nearly all outputs lie in one folder, and
	// threads that wait for it in the kernel would keep a core busy.
	folder sync.Mutex
	serial int // of the newest temporary file
}

// write makes an output a new file with data. It is never a hard link to a file of the
// cache: lld renames or deletes it, and other tools may write to it.
//
// A shared output is named after its content and may belong to an earlier link as well.
// One that exists is left alone, also if this link fails.
func (o *outputFiles) write(out action.Output, data []byte) error {
	if out.Shared {
		if fi, err := os.Stat(out.Path); err == nil && fi.Size() == int64(len(data)) {
			return nil
		}
		if err := os.MkdirAll(filepath.Dir(out.Path), 0o777); err != nil {
			return &host.EnvironmentError{Err: fmt.Errorf("write output: %w", err)}
		}
	}
	if err := o.replace(out.Path, data); err != nil {
		return &host.EnvironmentError{Err: fmt.Errorf("write output: %w", err)}
	}
	if !out.Shared {
		o.adopt(out.Path) // not before: an older file of that name isn't ours to remove
	}
	return nil
}

// replace writes a temporary file and renames it to path.
func (o *outputFiles) replace(path string, data []byte) error {
	temp, err := o.create(filepath.Dir(path))
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	if err = errors.Join(err, temp.Close()); err == nil {
		o.folder.Lock()
		err = os.Rename(temp.Name(), path)
		o.folder.Unlock()
	}
	if err != nil {
		os.Remove(temp.Name())
	}
	return err
}

// create makes a temporary file. Unlike os.CreateTemp it leaves the file's mode to the
// user's umask.
func (o *outputFiles) create(dir string) (*os.File, error) {
	o.folder.Lock()
	defer o.folder.Unlock()
	o.serial++
	name := filepath.Join(dir, fmt.Sprintf(".thinrex-%d-%d", os.Getpid(), o.serial))
	os.Remove(name) // left by a killed process that had the same number
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

// adopt remembers a file that thinrex, or a compiler that ran as the linker wrote it, has
// written.
func (o *outputFiles) adopt(path string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.written = append(o.written, path)
}

// removeAll removes all outputs of this link.
func (o *outputFiles) removeAll() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var errs []error
	for _, path := range o.written {
		if fi, err := os.Lstat(path); err != nil || fi.IsDir() {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
