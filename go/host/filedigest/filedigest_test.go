package filedigest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"thinrex/go/digest"
	"thinrex/go/host/memo"
)

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// settle returns once the times of what was written count as settled.
func settle() { time.Sleep(memo.Tick + 100*time.Millisecond) }

// unsettle gives a file a time that doesn't count as settled however long the
// test takes.
func unsettle(t *testing.T, path string) {
	t.Helper()
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
}

func mustDigest(t *testing.T, c *Cache, path string) digest.Digest {
	t.Helper()
	f, err := c.File(path)
	if err != nil {
		t.Fatal(err)
	}
	return f.Digest
}

func TestRemembersSettledFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, old, young := filepath.Join(dir, "state", "log"), filepath.Join(dir, "old"), filepath.Join(dir, "young")
	write(t, old, "old")
	settle()
	write(t, young, "young")
	unsettle(t, young)

	c := Open(log, digest.SHA256)
	if got := mustDigest(t, c, old); got != digest.SHA256.Of([]byte("old")) {
		t.Errorf("old = %v", got)
	}
	mustDigest(t, c, young)
	if err := c.Save(); err != nil {
		t.Fatal(err)
	}
	entries, reset := load(log)
	if len(entries) != 1 || reset {
		t.Fatalf("the log holds %d entries (reset %v), want the settled file's alone", len(entries), reset)
	}

	// A second process takes the digest from the log: a planted wrong sum shows it.
	for st := range entries {
		if err := memo.Append(log, record{st, [32]byte{1}}.append(nil)); err != nil {
			t.Fatal(err)
		}
	}
	if got := mustDigest(t, Open(log, digest.SHA256), old); got != digest.FromSum([]byte{1, 31: 0}, 3) {
		t.Errorf("read the file again instead of using the log: %v", got)
	}
	// The file changes: the entry no longer applies, nor while it is fresh.
	write(t, old, "new")
	if got := mustDigest(t, Open(log, digest.SHA256), old); got != digest.SHA256.Of([]byte("new")) {
		t.Errorf("after a change = %v", got)
	}
}

// A file that isn't settled is read even though an entry for its stat exists:
// it may have changed within one clock tick.
func TestNeverTrustsAFreshFile(t *testing.T) {
	dir := t.TempDir()
	path, log := filepath.Join(dir, "f"), filepath.Join(dir, "log")
	write(t, path, "content")
	unsettle(t, path)
	st, _, err := statFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := memo.Append(log, record{st, [32]byte{1}}.append(nil)); err != nil {
		t.Fatal(err)
	}
	if got := mustDigest(t, Open(log, digest.SHA256), path); got != digest.SHA256.Of([]byte("content")) {
		t.Errorf("trusted the log for a file that has just changed: %v", got)
	}
}

func TestHashesOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write(t, path, "one")
	c := Open("", digest.SHA256)
	before := mustDigest(t, c, path)
	write(t, path, "two!")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if f, err := c.File(path); err != nil || f.Digest != before || !f.Changed() {
				t.Errorf("File = %v (changed %v), %v, want the first digest and a change", f.Digest, f.Changed(), err)
			}
		})
	}
	wg.Wait()
}

func TestDamagedLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, log := filepath.Join(dir, "f"), filepath.Join(dir, "log")
	write(t, path, "content")
	settle()
	c := Open(log, digest.SHA256)
	want := mustDigest(t, c, path)
	if err := c.Save(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	torn := append(whole[:recordSize:recordSize], "torn"...)
	for i, damaged := range [][]byte{whole[:40], torn, {0: 1, recordSize: 2}} {
		if err := os.WriteFile(log, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		c := Open(log, digest.SHA256)
		if got := mustDigest(t, c, path); got != want {
			t.Errorf("%d: digest %v from a damaged log", i, got)
		}
		if err := c.Save(); err != nil {
			t.Fatal(err)
		}
		if entries, reset := load(log); len(entries) != 1 || reset {
			t.Errorf("%d: the log wasn't mended: %d entries, reset %v", i, len(entries), reset)
		}
	}
}

func TestConcurrentProcesses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	for i := range 40 {
		write(t, filepath.Join(dir, fmt.Sprint(i)), fmt.Sprint(i))
	}
	settle()
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			c := Open(log, digest.SHA256)
			if _, err := c.File(filepath.Join(dir, fmt.Sprint(i))); err != nil {
				t.Error(err)
			}
			if err := c.Save(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if entries, reset := load(log); len(entries) != 40 || reset {
		t.Errorf("%d entries, reset %v", len(entries), reset)
	}
}

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	c := Open("", digest.SHA256)
	if _, err := c.File(filepath.Join(dir, "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
	if _, err := c.File(dir); err == nil {
		t.Error("a directory has a digest")
	}
	if _, err := c.File(os.DevNull); !errors.Is(err, ErrNotRegular) {
		t.Errorf("a device: %v", err)
	}
}
