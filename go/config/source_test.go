//go:build unix

package config_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/config"
)

// What is in force names its place, the last line of a file that adds to a list, and no
// secret.
func TestEffective(t *testing.T) {
	dir := filepath.Join(setUp(t), "work", "below")
	write(t, "rc", "build --remote_header=a=secret --remote_timeout=5\nbuild --remote_header=b=secret\n")
	s, flags, fs := define()
	write(t, "thinrex.toml", "jobs = 2\nremote_timeout = 7")
	if err := fs.Parse([]string{"--bazelrc=rc", "--nokeep_going"}); err != nil {
		t.Fatal(err)
	}
	if err := flags.Complete(&s.Config, func(string) (string, bool) { return "", false }); err != nil {
		t.Fatal(err)
	}
	type line struct {
		Values []string
		From   config.Source
	}
	got := map[string]line{}
	for _, e := range flags.Effective() {
		if slices.Contains([]string{"remote_header", "keep_going", "jobs", "remote_timeout", "slicing"}, e.Name) {
			got[e.Name] = line{e.Values, e.Source}
		}
	}
	file := filepath.Join(dir, "thinrex.toml")
	want := map[string]line{
		"jobs":           {[]string{"2"}, config.Source{Place: config.File, Name: file, Line: 1}},
		"keep_going":     {[]string{"false"}, config.Source{Place: config.Flag, Name: "--keep_going"}},
		"remote_timeout": {[]string{"7s"}, config.Source{Place: config.File, Name: file, Line: 2}},
		"slicing":        {[]string{"auto"}, config.Source{Place: config.Default}},
		"remote_header": {
			[]string{"a=(hidden)", "b=(hidden)"},
			config.Source{Place: config.BazelRC, Name: filepath.Join(dir, "rc"), Line: 2},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if flags.File() != file {
		t.Errorf("read %s", flags.File())
	}
}

// A variable whose name is misspelt is found.
func TestUnknown(t *testing.T) {
	_, flags, _ := define()
	got := flags.Unknown([]string{
		"THINREX_JOBS=1", "THINREX_DISK_CAHCE=/x", "THINREX_REMOTE_CACHE_COMPRESSION=1", "THINREX_A", "HOME=/",
	})
	if diff := cmp.Diff([]string{"THINREX_A", "THINREX_DISK_CAHCE"}, got); diff != "" {
		t.Error(diff)
	}
}
