package memo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

const day = 24 * time.Hour

// put makes the file called name, slash-separated below dir, of some age.
func put(t *testing.T, dir, name string, age time.Duration) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("x"), 0o644))
	if err != nil {
		t.Fatal(err)
	}
	setAge(t, path, age)
}

func setAge(t *testing.T, path string, age time.Duration) {
	t.Helper()
	then := time.Now().Add(-age)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
}

func isThere(dir, name string) bool {
	_, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name)))
	return err == nil
}

// example returns the name of a file of a kind in the state folder, or in that of a host.
func example(k Kind, host string) string {
	return path.Join(host, filepath.ToSlash(Path("/", k, "ab", "abcd"))[1:])
}

// Files of each kind go when they are older than the policy and the table say, in the
// state folder and in any host's.
func TestEachKindExpires(t *testing.T) {
	for k, r := range table {
		for _, host := range []string{"", "cc-a", "cc-a.b-c"} {
			for _, tc := range []struct{ after, age time.Duration }{
				{0, 1000 * day},
				{time.Second, 59 * time.Minute}, {time.Second, 61 * time.Minute},
				{7 * day, 6 * day}, {7 * day, 8 * day}, {7 * day, 31 * day},
				{60 * day, 31 * day}, {60 * day, 61 * day},
				{7 * day, -6 * day}, {7 * day, -31 * day}, // the clock was wrong
			} {
				dir, name := t.TempDir(), example(Kind(k), host)
				put(t, dir, name, tc.age)
				Sweep(t.Context(), dir, tc.after)
				want := r.kept != always && tc.after > 0 && tc.age.Abs() > max(tc.after, r.kept)
				if gone := !isThere(dir, name); gone != want {
					t.Errorf("%s, %v old, under a policy of %v: gone: %v", name, tc.age, tc.after, gone)
				}
			}
		}
	}
}

// The table's rows are told apart: a file is of the kind by which its path was made.
func TestKindOfPath(t *testing.T) {
	for k := range table {
		for _, host := range []string{"", "cc-a"} {
			if got, ok := kindOf(example(Kind(k), host)); !ok || got != Kind(k) {
				t.Errorf("%s: kind %d, %v, want %d", example(Kind(k), host), got, ok, k)
			}
		}
	}
}

// What a killed writer left goes after an hour, whatever the policy; so do folders that
// stay empty.
func TestSweepLeftovers(t *testing.T) {
	dir := t.TempDir()
	names := []string{".thinrex-1-2", ".compiler-12", ".digests-12", "cc-a/.thinrex-1-2", "cc-a/.compiler-12"}
	for k := range table {
		for _, host := range []string{"", "cc-a"} {
			folder, base := path.Split(example(Kind(k), host))
			names = append(names, folder+"."+base+"1234567")
		}
	}
	for _, name := range names {
		put(t, dir, name, 61*time.Minute)
		put(t, dir, name+"8", time.Minute)
	}
	for _, empty := range []string{"cc-b/digests/00", "cc-b/digests/01"} {
		if err := os.MkdirAll(filepath.Join(dir, empty), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	setAge(t, filepath.Join(dir, "cc-b/digests/00"), 61*time.Minute)
	Sweep(t.Context(), dir, 0)
	for _, name := range names {
		if isThere(dir, name) || !isThere(dir, name+"8") {
			t.Errorf("%s: there: %v; a young one: %v", name, isThere(dir, name), isThere(dir, name+"8"))
		}
	}
	if isThere(dir, "cc-b/digests/00") || !isThere(dir, "cc-b/digests/01") {
		t.Error("the folder that stays empty is there, or a new one isn't")
	}
}

// Of a host that is gone nothing is left in the end.
func TestSweepRemovesGoneHost(t *testing.T) {
	dir := t.TempDir()
	for k, r := range table {
		if r.kept != always {
			put(t, dir, example(Kind(k), "cc-gone"), 100*day)
		}
	}
	for range 5 { // a folder goes once it has been empty for long, which is pretended
		Sweep(t.Context(), dir, day)
		for _, folder := range []string{
			"cc-gone/digests/ab", "cc-gone/digests", "cc-gone/headers", "cc-gone/history/jobs",
			"cc-gone/history/sources/ab", "cc-gone/history/sources", "cc-gone/history", "cc-gone",
		} {
			if isThere(dir, folder) {
				setAge(t, filepath.Join(dir, folder), 2*time.Hour)
			}
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

// What isn't in the table stays: it may be a later version's or somebody else's.
func TestSweepLeavesOthers(t *testing.T) {
	dir := t.TempDir()
	names := []string{
		"README", "other.json", "search-1.txt", ".hidden", "x/resolved-1", "digests/x",
		"cc-a/x/resolved-1", "cc-a/digests/ab/c/d", "cc-a/cc-b/resolved-1",
	}
	for _, name := range names {
		put(t, dir, name, 1000*day)
	}
	outside := t.TempDir()
	put(t, outside, "resolved-1", 1000*day)
	if err := os.Symlink(outside, filepath.Join(dir, "cc-link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "resolved-1"), filepath.Join(dir, "resolved-2")); err != nil {
		t.Fatal(err)
	}
	Sweep(t.Context(), dir, time.Second)
	for _, name := range append(names, "cc-link", "resolved-2", "cc-link/resolved-1") {
		if !isThere(dir, name) {
			t.Errorf("%s is gone", name)
		}
	}
}

// Sweeps whose time is over before they begin get through, too, a few files at a time.
func TestSweepWithoutTime(t *testing.T) {
	dir := t.TempDir()
	for i := range 3 * leastSwept {
		put(t, dir, fmt.Sprintf("resolved-%d", i), 1000*day)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	for _, left := range []int{2 * leastSwept, leastSwept, 0} {
		Sweep(ctx, dir, day)
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != left {
			t.Errorf("%d files are left, %v, want %d", len(entries), err, left)
		}
	}
}

// A sweep that is stopped does nothing.
func TestSweepStops(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "resolved-1", 1000*day)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if Sweep(ctx, dir, day); !isThere(dir, "resolved-1") {
		t.Error("swept after it was stopped")
	}
	if Sweep(t.Context(), dir, day); isThere(dir, "resolved-1") {
		t.Error("not swept")
	}
}

// A state folder without a store is swept at most once in an interval, and isn't made.
func TestSweepWhenDue(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if SweepWhenDue(t.Context(), dir, 2*time.Hour, time.Hour); isThere(dir, "") {
		t.Error("a folder was made to sweep it")
	}
	for _, step := range []struct {
		age  time.Duration // of the last time that it was due
		gone bool
	}{{2 * time.Hour, true}, {0, false}, {2 * time.Hour, true}, {-2 * time.Hour, true}} {
		put(t, dir, "resolved-1", day)
		put(t, dir, "memos-pruned", step.age)
		if SweepWhenDue(t.Context(), dir, 2*time.Hour, time.Hour); isThere(dir, "resolved-1") == step.gone {
			t.Errorf("swept %v ago: it is there: %v", step.age, isThere(dir, "resolved-1"))
		}
	}
	put(t, dir, "resolved-1", day)
	if SweepWhenDue(t.Context(), dir, 2*time.Hour, time.Hour); !isThere(dir, "resolved-1") {
		t.Error("swept again at once")
	}
}

// Each row names the package that writes such a file, and what the file holds.
func TestTableIsComplete(t *testing.T) {
	names := map[string]bool{}
	for k, r := range table {
		if r.name == "" || r.writer == "" || r.holds == "" || r.kept == 0 {
			t.Errorf("row %d: %+v", k, r)
		}
		names[r.name] = true
	}
	if len(names) != len(table) {
		t.Errorf("%d names of %d kinds: %v", len(names), len(table), slices.Sorted(maps.Keys(names)))
	}
}
