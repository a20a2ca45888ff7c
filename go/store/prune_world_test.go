package store

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// off is a policy without any limit. Tests append the settings that they are about.
const off = "prune_after=0s:cache_size=0%:cache_size_files=0:"

func policy(t testing.TB, s string) Policy {
	t.Helper()
	p, err := ParsePolicy(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func prune(t testing.TB, s *Store, p string) Stats {
	t.Helper()
	stats, err := s.Prune(t.Context(), policy(t, p), true)
	if err != nil || !stats.Ran || stats.Failed > 0 {
		t.Fatalf("%+v, %v", stats, err)
	}
	return stats
}

// put makes a file of some size that was last used some time ago.
func put(t testing.TB, path string, size int, age time.Duration) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, make([]byte, size), 0o644); err != nil {
		t.Fatal(err)
	}
	mark(t, path, age)
}

func mark(t testing.TB, path string, age time.Duration) {
	t.Helper()
	then := time.Now().Add(-age)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
}

// hashed is the path of a file in one of a store's folders.
func hashed(s *Store, folder, key string) string {
	sum := sha256.Sum256([]byte(key))
	name := hex.EncodeToString(sum[:])
	return filepath.Join(s.root, folder, name[:2], name)
}

// files returns all files of a folder, with their times.
func files(t testing.TB, root string) map[string]time.Time {
	t.Helper()
	all := map[string]time.Time{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		fi, err := e.Info()
		if err == nil {
			all[strings.TrimPrefix(path, root+"/")] = fi.ModTime()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// aged fills a store with files of several ages. Their names are hashes of short names;
// they lie in cas, unless the short name begins with ac.
func aged(t testing.TB, s *Store) (paths map[string]string) {
	paths = map[string]string{}
	for name, f := range map[string]struct {
		size int
		age  time.Duration
	}{
		"new": {1000, 0}, "hour": {1000, 75 * time.Minute}, "2h": {10, 2 * time.Hour}, "day": {2000, 24 * time.Hour},
		"2d": {3000, 48 * time.Hour}, "week": {10, 169 * time.Hour}, "month": {500, 720 * time.Hour},
		"ac2h": {50, 2*time.Hour - 5*time.Minute}, "acday": {50, 24*time.Hour - 5*time.Minute},
		"acweek": {50, 169*time.Hour - 5*time.Minute}, "b3month": {70, 700 * time.Hour}, "b3day": {70, 23 * time.Hour},
	} {
		folder := casFolder
		if strings.HasPrefix(name, "ac") {
			folder = acFolder
		}
		if strings.HasPrefix(name, "b3") {
			folder = "blake3/cas"
		}
		paths[name] = hashed(s, folder, name)
		put(t, paths[name], f.size, f.age)
	}
	return paths
}
