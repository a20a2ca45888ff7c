package store

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"thinrex/go/host/memo"

	"golang.org/x/sys/unix"
)

const nobody = 65534

// asNobody runs f as the user nobody if the test runs as root, whom no mode of a file stops.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		runtime.LockOSThread() // and the thread ends with us
		if err := unix.Setfsuid(nobody); err != nil {
			t.Error(err)
			return
		}
		f()
	})
	wg.Wait()
}

// shared makes a store in a folder that others may use.
func shared(t *testing.T) *Store {
	t.Helper()
	s := open(t)
	dir := filepath.Dir(s.root)
	chmod(t, 0o755, dir, filepath.Dir(dir), s.root)
	return s
}

func chmod(t *testing.T, mode os.FileMode, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
}

// Pruning a folder that can't be written is an error that names the folder.
func TestPruneReadOnly(t *testing.T) {
	s := shared(t)
	aged(t, s)
	chmod(t, 0o555, s.root)
	t.Cleanup(func() { chmod(t, 0o755, s.root) })
	asNobody(t, func() {
		for _, force := range []bool{true, false} {
			stats, err := s.Prune(t.Context(), policy(t, ""), force)
			if !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), s.root) || stats.Ran {
				t.Errorf("forced %v: %+v, %v", force, stats, err)
			}
		}
		if would, err := s.DryRun(t.Context(), policy(t, "")); err != nil || would.Removed.Files != 4 {
			t.Errorf("dry run: %+v, %v", would, err)
		}
	})
}

// Files and folders that can't be removed or read are counted, and the rest is pruned.
func TestPruneGoesOnAfterFailures(t *testing.T) {
	s := shared(t)
	paths := aged(t, s)
	state := filepath.Dir(s.stateFile(memo.PruneState))
	for _, dir := range []string{state, filepath.Join(s.root, tmpFolder)} {
		if err := errors.Join(os.MkdirAll(dir, 0o777), os.Chmod(dir, 0o777)); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range paths {
		chmod(t, 0o777, filepath.Dir(path))
	}
	stuck, closed := filepath.Dir(paths["month"]), filepath.Dir(paths["2h"])
	chmod(t, 0o555, stuck)
	chmod(t, 0, closed)
	t.Cleanup(func() { chmod(t, 0o755, stuck, closed) })
	asNobody(t, func() {
		stats, err := s.Prune(t.Context(), policy(t, ""), true)
		if err != nil || stats.Removed.Files != 3 || stats.Left.Files != 8 ||
			stats.Failed != 2 || !errors.Is(stats.Failure, os.ErrPermission) {
			t.Errorf("%+v, %v", stats, err)
		}
	})
}

// In a folder that several users share, each of them who may write a file marks its use.
func TestUseByOthersIsMarked(t *testing.T) {
	s, a := shared(t), newAction("k")
	mustStore(t, s, a, newResult("code"))
	path := s.path(acFolder, a.Digest)
	chmod(t, 0o666, path)
	mark(t, path, 100*time.Hour)
	asNobody(t, func() { lookup(t, s, a) })
	if fi, err := os.Stat(path); err != nil || time.Since(fi.ModTime()) > time.Minute {
		t.Errorf("marked %v, %v", fi.ModTime(), err)
	}
}
