package store

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/digest"
	"thinrex/go/host/memo"
)

// What Existing takes for a cache, and that it changes nothing in any folder.
func TestExisting(t *testing.T) {
	entry := "ab/" + strings.Repeat("ab", digest.Size)
	state := memo.Path(StateDir("/", digest.BLAKE3), memo.LinkDigests, "host")
	for name, tc := range map[string]struct {
		holds []string
		cache bool
	}{
		"results":                 {[]string{"ac/" + entry, "cas/" + entry}, true},
		"Bazel's":                 {[]string{"cas/" + entry, "gc/lock", "tmp/x"}, true},
		"the other function's":    {[]string{"blake3/cas/" + entry}, true},
		"pruned to nothing":       {[]string{"cas/00/notes.txt"}, true},
		"state alone":             {[]string{"thinrex/prune.json"}, true},
		"a host's state":          {[]string{"thinrex/cc-host/down-x"}, true},
		"the other state":         {[]string{state}, true},
		"nothing":                 {nil, false},
		"a root folder":           {[]string{"bin/sh", "tmp/thinrex-1-f", "etc/passwd"}, false},
		"a home with a clone":     {[]string{"thinrex/go/store/prune.go", "thinrex/README.md", "notes"}, false},
		"folders with such names": {[]string{"ac/main.c", "cas/x/y", "ac/abc/z"}, false},
		"a file of such a name":   {[]string{"ac/00"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for _, file := range tc.holds {
				put(t, filepath.Join(root, file), 10, 2*stale)
			}
			_, err := Existing(root)
			if (err == nil) != tc.cache || err != nil && !errors.Is(err, ErrNoCache) {
				t.Errorf("error %v, want a cache: %v", err, tc.cache)
			}
			var want []string
			for _, file := range tc.holds {
				want = append(want, strings.TrimPrefix(file, "/"))
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, slices.Sorted(maps.Keys(files(t, root)))); diff != "" {
				t.Error(diff)
			}
		})
	}
	for name, path := range map[string]string{"absent": filepath.Join(t.TempDir(), "absent"), "a file": os.Args[0]} {
		if _, err := Existing(path); !errors.Is(err, ErrNoCache) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
