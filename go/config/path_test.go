//go:build unix

package config_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"thinrex/go/cmd/thinrex/settings"
)

// Paths mean the same in flags, variables and files, as far as no shell reads them: ~/ is
// the home folder, and what only a shell would expand is refused with the option's name.
func TestPaths(t *testing.T) {
	dir := setUp(t)
	home := filepath.Join(dir, "home")
	file := filepath.Join(dir, "work", "thinrex.toml")
	for path, want := range map[string]string{
		"~/c":           home + "/c",
		"~":             home,
		"/a/b":          "/a/b",
		"c/d":           "c/d",
		"./~x":          "./~x",
		"/a/~/b":        "/a/~/b",
		"/a/b$c":        "/a/b$c",
		"/a/$":          "/a/$",
		"/a/$1":         "/a/$1",
		"$HOME/c":       "refused: write the whole path, or ~/ for the home folder",
		"/var/${USER}":  "refused: write the whole path, or ~/ for the home folder",
		"/var/$USER/c":  "refused: write the whole path, or ~/ for the home folder",
		"~somebody/c":   "refused: write the whole path, or ./~somebody/c",
		"~$x":           "refused: write the whole path, or ./~$x",
		"~/$XDG_CACHE/": "refused: write the whole path, or ~/ for the home folder",
	} {
		wantError, isRefused := strings.CutPrefix(want, "refused: ")
		checkResult := func(from, want, where string, o settings.Settings, err error) {
			t.Helper()
			switch {
			case isRefused && (err == nil || !strings.Contains(err.Error(), wantError) || !strings.Contains(err.Error(), where)):
				t.Errorf("%s in a %s: error %v", path, from, err)
			case !isRefused && (err != nil || filepath.Clean(o.Store.Dir) != filepath.Clean(want)):
				t.Errorf("%s in a %s: %s, %v, want %s", path, from, o.Store.Dir, err, want)
			}
		}
		o, err := complete(t, []string{"--disk_cache=" + path}, nil)
		checkResult("flag", want, "--disk_cache", o, err)
		o, err = complete(t, nil, map[string]string{"THINREX_DISK_CACHE": path})
		checkResult("variable", want, "--disk_cache", o, err)
		write(t, file, fmt.Sprintf("disk_cache = %q\n", path))
		o, err = complete(t, nil, nil)
		if !filepath.IsAbs(want) {
			want = filepath.Join(dir, "work", want)
		}
		checkResult("file", want, file+":1: disk_cache", o, err)
		write(t, file, "")
	}
}
