//go:build unix

package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"thinrex/go/host/memo"
	"thinrex/go/internal/reapitest"
)

// remembered returns the names of all files in a state folder.
func remembered(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// setOld makes all that is in a state folder as old as if nobody had used it for 100 days.
func setOld(t *testing.T, dir string) {
	t.Helper()
	then := time.Now().Add(-100 * 24 * time.Hour)
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Chtimes(path, then, then))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// waitUntilSettled returns when the files that are there now are old enough for their
// digests to be remembered.
func waitUntilSettled() { time.Sleep(memo.Tick + 100*time.Millisecond) }

// wantKinds checks that each pattern is that of some file.
func wantKinds(t *testing.T, dir string, patterns ...string) {
	t.Helper()
	for _, pattern := range patterns {
		if len(filesLike(t, dir, pattern)) == 0 {
			t.Errorf("no %s in %s: %q", pattern, dir, remembered(t, dir))
		}
	}
}

// All that links and compilations remember beside a cache goes when nobody uses it any
// more, down to the folders: so package memo knows each file.
func TestStateExpires(t *testing.T) {
	t.Parallel()
	s, _ := newDownSite(t)
	waitUntilSettled()
	s.compile(0)
	s.run("env THINREX_REMOTE_CACHE= " + linkAll)
	dir := s.path("cache/thinrex")
	wantKinds(t, dir, "compiler-*.json", "resolved-*", "digests-*",
		"cc-*/compiler-*.json", "cc-*/resolved-*", "cc-*/compilers", "cc-*/digests/*/*", "cc-*/headers/*",
		"cc-*/search-*.json", "cc-*/down-*", "cc-*/history/sources/*/*", "prune.json", "prune.lock",
		"history/links-*.jsonl", "history/compilations-*.jsonl", "history/jobs/*")
	for range 5 { // a folder that has become empty goes in a later round
		setOld(t, dir)
		s.run("$THINREX prune")
	}
	if left := remembered(t, dir); !slices.Equal(left, []string{"prune.json", "prune.lock"}) {
		t.Errorf("files left: %q", left)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("left: %v, %v", entries, err)
	}
	s.compile(0) // and it all comes back
	wantKinds(t, dir, "cc-*/resolved-*", "cc-*/search-*.json")
}

// Without a cache, too, what is remembered goes when it is old: nothing stays but the
// time of the last sweep and what the last link remembers.
func TestStateWithoutCacheExpires(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.env = append(s.env, "XDG_CACHE_HOME="+s.path("home"))
	s.with("DISK_CACHE=", "REMOTE_CACHE=grpc://"+stoppedServer(t))
	waitUntilSettled()
	s.compile(0)
	s.with("REMOTE_CACHE=")
	s.link()
	dir := s.path("home/thinrex/thinrex")
	wantKinds(t, dir, "compiler-*.json", "resolved-*", "digests-*",
		"cc-*/resolved-*", "cc-*/compilers", "cc-*/digests/*/*",
		"cc-*/search-*.json", "cc-*/down-*", "memos-pruned")
	// A sweep removes what the link before it remembered, which the next link remembers
	// anew; on a busy machine a sweep may end before it is through.
	var folders, resolved []string
	for range 20 {
		setOld(t, dir)
		s.link()
		folders, resolved = filesLike(t, dir, "cc-*"), filesLike(t, dir, "resolved-*")
		if len(folders) == 0 && len(resolved) > 0 {
			break
		}
	}
	if len(folders) > 0 {
		t.Errorf("left: %q", folders)
	}
	wantKinds(t, dir, "resolved-*", "memos-pruned")
}

func filesLike(t *testing.T, dir, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// stoppedServer returns an address at which nobody listens.
func stoppedServer(t *testing.T) string {
	t.Helper()
	server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
	server.Stop()
	return server.Addr()
}
