package link

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// outputFiles writes files that appear whole, and remembers them so that a
// failed link leaves none.
type outputFiles struct {
	mu      sync.Mutex
	written []string
	serial  int
}

// write makes path a new file with data, never a link to another one: lld
// renames or deletes it.
func (o *outputFiles) write(path string, data []byte) error {
	o.mu.Lock()
	o.serial++
	// Not CreateTemp: the file's mode is the user's umask's business.
	temp := filepath.Join(filepath.Dir(path), fmt.Sprintf(".thinrex-%d-%d", os.Getpid(), o.serial))
	o.written = append(o.written, path)
	o.mu.Unlock()
	err := os.WriteFile(temp, data, 0o666)
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
		return &EnvironmentError{fmt.Errorf("write output: %w", err)}
	}
	return nil
}

// adopt remembers a file that a compiler has written in place.
func (o *outputFiles) adopt(path string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.written = append(o.written, path)
}

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
