package bitcode

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var newNames = map[string]string{
	"a.o":                       "m00000.o",
	"libä b.a(lib.o at 82).1.o": "",
	"":                          strings.Repeat("long/", 1000),
	"b":                         "日本/\x00\xff\x80",
}

// TestRename compares with a stream that had the new names from the start, and
// so shows that all else stays.
func TestRename(t *testing.T) {
	for _, layout := range layouts {
		for _, paths := range [][2]string{{"a.o", "libä b.a(lib.o at 82).1.o"}, {"", "b"}, {"b", "b"}} {
			t.Run(layout.name+"/"+paths[0], func(t *testing.T) {
				data := layout.build(false, paths[0], paths[1])
				before := bytes.Clone(data)
				s := parse(t, data)
				if diff := cmp.Diff(paths[:], s.Paths()); diff != "" {
					t.Errorf("paths (-want +got):\n%s", diff)
				}
				for what, name := range map[string]func(string) string{
					"the same": same,
					"new":      func(p string) string { return newNames[p] },
				} {
					want := layout.build(true, name(paths[0]), name(paths[1]))
					if got := s.Rename(name); !bytes.Equal(got, want) {
						t.Errorf("with %s names:\n got %x\nwant %x", what, got, want)
					}
				}
				if !bytes.Equal(data, before) {
					t.Error("the data has changed")
				}
			})
		}
	}
}

func TestNoModules(t *testing.T) {
	s := parse(t, shard(false))
	if paths := s.Paths(); len(paths) != 0 {
		t.Errorf("paths = %q", paths)
	}
	if got := s.Rename(same); !bytes.Equal(got, shard(true)) {
		t.Errorf("renamed: %x", got)
	}
}

func same(path string) string { return path }

func parse(t testing.TB, data []byte) *Shard {
	t.Helper()
	s, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
