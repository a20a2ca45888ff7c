package host

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// A Workspace is a folder for the private directories of one link. Close removes it with
// all that is in it; if this process is killed first, the next link's NewWorkspace does,
// unless the file system has no locks.
type Workspace struct {
	root string
	lock *flock.Flock
}

const (
	workspacePrefix = "thinrex-work-"
	newPrefix       = "thinrex-new-"
	lockName        = "lock"
	// unlockedPrefix is for a file system without locks: whether the owner of such a folder
	// still runs can't be told, so no other link removes it.
	unlockedPrefix = "thinrex-unlocked-"
)

// NewWorkspace makes a workspace in base. If base is "", it makes it in $TMPDIR; without
// that variable in memory, if there is room; or else in the system's temporary folder.
func NewWorkspace(base string) (*Workspace, error) {
	return newWorkspace(base, (*flock.Flock).Lock)
}

func newWorkspace(base string, lock func(*flock.Flock) error) (*Workspace, error) {
	if base == "" {
		base = defaultBase()
	}
	base, err := filepath.Abs(base)
	if err != nil {
		return nil, err
	}
	sweep(base)
	// It gets the name that sweep looks for only once it is locked.
	w := new(Workspace)
	if w.root, err = os.MkdirTemp(base, newPrefix); err != nil {
		return nil, fmt.Errorf("%w (--sandbox_base=DIR or TMPDIR gives another folder)", err)
	}
	w.lock = flock.New(filepath.Join(w.root, lockName))
	prefix := workspacePrefix
	switch err = lock(w.lock); {
	case HasNoLocks(err):
		prefix, err = unlockedPrefix, nil
	case err != nil:
		err = fmt.Errorf("lock %s: %w", w.lock.Path(), err)
	}
	if err == nil {
		err = w.rename(prefix)
	}
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// rename gives the folder another prefix in place of newPrefix.
func (w *Workspace) rename(prefix string) error {
	name := prefix + strings.TrimPrefix(filepath.Base(w.root), newPrefix)
	to := filepath.Join(filepath.Dir(w.root), name)
	if err := os.Rename(w.root, to); err != nil {
		return err
	}
	w.root = to
	return nil
}

func defaultBase() string {
	if os.Getenv("TMPDIR") == "" && isRoomy(memoryFolder) {
		return memoryFolder
	}
	return os.TempDir()
}

// memoryFolder is Linux's file system in memory. A job's private files live for a second
// or so. To make and remove some ten of them on a disk costs a few percent of a
// compilation.
const memoryFolder = "/dev/shm"

// sweep removes the workspaces of killed processes. It is best effort.
func sweep(base string) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return
	}
	for _, e := range entries {
		root := filepath.Join(base, e.Name())
		switch {
		case !ownFolder(root):
			// Another user's: the names below it may be meant as a trap.
		case strings.HasPrefix(e.Name(), workspacePrefix):
			lock := flock.New(filepath.Join(root, lockName), flock.SetFlag(os.O_RDWR))
			if got, err := lock.TryLock(); err == nil && got {
				os.RemoveAll(root)
				lock.Close()
			}
		case strings.HasPrefix(e.Name(), newPrefix):
			// It has this name for a moment while it is made or removed, unless its owner was
			// killed in that moment.
			if fi, err := e.Info(); err == nil && time.Since(fi.ModTime()) > time.Hour {
				os.RemoveAll(root)
			}
		}
	}
}

// Close removes the workspace. It renames it first, so that the sweep of another link
// leaves it alone.
func (w *Workspace) Close() error {
	hidden := strings.Replace(w.root, workspacePrefix, newPrefix, 1)
	if err := os.Rename(w.root, hidden); err == nil {
		w.root = hidden
	}
	return errors.Join(os.RemoveAll(w.root), w.lock.Close())
}

// A SourceFile is a file that Lay puts into a private directory.
type SourceFile struct {
	Name string // slash-separated, relative to the directory
	Path string // to copy from, unless Data isn't nil
	Data []byte
}

// Lay makes a private directory with copies of files, which the caller removes. They are
// never links, so that a compiler that writes to its inputs can't change the originals.
// Where the file system can share content between files, copies cost little.
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
