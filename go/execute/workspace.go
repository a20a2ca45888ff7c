package execute

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// A Workspace holds the private directories of one link. It is removed with
// all that is in it by Close, or, when this process was killed, by the next
// link's NewWorkspace.
type Workspace struct {
	root string
	lock *flock.Flock
}

const (
	workspacePrefix = "thinrex-work-"
	lockName        = "lock"
)

// NewWorkspace makes a workspace in base, the system's temporary folder when
// that is "".
func NewWorkspace(base string) (*Workspace, error) {
	if base == "" {
		base = os.TempDir()
	}
	base, err := filepath.Abs(base)
	if err != nil {
		return nil, err
	}
	sweep(base)
	root, err := os.MkdirTemp(base, workspacePrefix)
	if err != nil {
		return nil, err
	}
	w := &Workspace{root: root, lock: flock.New(filepath.Join(root, lockName))}
	if err := w.lock.Lock(); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// sweep removes the workspaces whose owners are gone. Best effort.
func sweep(base string) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), workspacePrefix) {
			continue
		}
		root := filepath.Join(base, e.Name())
		// Without the lock file it is being made right now, or removed.
		if _, err := os.Stat(filepath.Join(root, lockName)); err != nil {
			continue
		}
		lock := flock.New(filepath.Join(root, lockName))
		if got, err := lock.TryLock(); err == nil && got {
			os.RemoveAll(root)
			lock.Close()
		}
	}
}

// Close removes the workspace.
func (w *Workspace) Close() error {
	return errors.Join(os.RemoveAll(w.root), w.lock.Close())
}

// A SourceFile is a file to lay out in a private directory.
type SourceFile struct {
	Name string // slash-separated, relative to the directory
	Path string // to copy from, unless Data isn't nil
	Data []byte
}

// Lay makes a private directory that holds copies of files. They are copies
// (clones, where the file system can) and never links, so that no compiler
// can write through to an original. The caller removes it.
func (w *Workspace) Lay(files []SourceFile) (dir string, err error) {
	dir, err = os.MkdirTemp(w.root, "job-")
	if err != nil {
		return "", err
	}
	for _, f := range files {
		if err := lay(dir, f); err != nil {
			os.RemoveAll(dir)
			return "", fmt.Errorf("lay out %s: %w", f.Name, err)
		}
	}
	return dir, nil
}

func lay(dir string, f SourceFile) error {
	dst := filepath.Join(dir, filepath.FromSlash(f.Name))
	if strings.Contains(f.Name, "/") {
		if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
			return err
		}
	}
	if f.Data != nil {
		return os.WriteFile(dst, f.Data, 0o644)
	}
	src, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer src.Close()
	out, err := os.OpenFile(dst, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, src) // copy_file_range on Linux
	return errors.Join(err, out.Close())
}
