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

// A Workspace holds the private directories of one link. It is removed with
// all that is in it by Close, or, when this process was killed, by the next
// link's NewWorkspace.
type Workspace struct {
	root string
	lock *flock.Flock
}

const (
	workspacePrefix = "thinrex-work-"
	newPrefix       = "thinrex-new-"
	lockName        = "lock"
)

// NewWorkspace makes a workspace in base. When that is "", it is made in
// $TMPDIR, in memory where there is room, or else in the system's temporary
// folder.
func NewWorkspace(base string) (*Workspace, error) {
	if base == "" {
		base = defaultBase()
	}
	base, err := filepath.Abs(base)
	if err != nil {
		return nil, err
	}
	sweep(base)
	// It gets the name that sweep looks for once it is locked.
	unlocked, err := os.MkdirTemp(base, newPrefix)
	if err != nil {
		return nil, fmt.Errorf("%w (--sandbox_base=DIR or TMPDIR gives another folder)", err)
	}
	w := &Workspace{root: unlocked, lock: flock.New(filepath.Join(unlocked, lockName))}
	locked := filepath.Join(base, workspacePrefix+strings.TrimPrefix(filepath.Base(unlocked), newPrefix))
	err = w.lock.Lock()
	if err == nil {
		err = os.Rename(unlocked, locked)
	}
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	w.root = locked
	return w, nil
}

func defaultBase() string {
	if os.Getenv("TMPDIR") == "" && isRoomy(memoryFolder) {
		return memoryFolder
	}
	return os.TempDir()
}

// memoryFolder is where Linux has a file system in memory. A job's private
// files live for a second, and making and removing some ten of them on a disk
// costs a few percent of a compilation.
const memoryFolder = "/dev/shm"

// sweep removes the workspaces whose owners are gone. Best effort.
func sweep(base string) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return
	}
	for _, e := range entries {
		root := filepath.Join(base, e.Name())
		switch {
		case !ownFolder(root):
			// Somebody else's, who might lay a trap.
		case strings.HasPrefix(e.Name(), workspacePrefix):
			lock := flock.New(filepath.Join(root, lockName), flock.SetFlag(os.O_RDWR))
			if got, err := lock.TryLock(); err == nil && got {
				os.RemoveAll(root)
				lock.Close()
			}
		case strings.HasPrefix(e.Name(), newPrefix):
			// Being made or removed: a moment, unless its owner was killed in it.
			if fi, err := e.Info(); err == nil && time.Since(fi.ModTime()) > time.Hour {
				os.RemoveAll(root)
			}
		}
	}
}

// Close removes the workspace, out of sight of other links' sweep.
func (w *Workspace) Close() error {
	hidden := strings.Replace(w.root, workspacePrefix, newPrefix, 1)
	if err := os.Rename(w.root, hidden); err == nil {
		w.root = hidden
	}
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
