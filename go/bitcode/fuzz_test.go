package bitcode

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func FuzzShard(f *testing.F) {
	for _, layout := range layouts {
		f.Add(layout.build(false, "a.o", "ü b.a(lib.o at 82).1.o"))
	}
	for _, version := range []uint64{12, 14} {
		f.Add(indexed(version, false, []string{"b.o", "a.o"}, []uint64{9, 4, 7}))
		f.Add(indexed(version, true, []string{"c.o", "b.o", "a.o"}, []uint64{9, 4, 7}))
	}
	// Abbreviation ids of more bits than an int counts.
	f.Add([]byte("BC\xc0\xde!0222222222b0000\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse(data)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "bitcode: ") {
				t.Error(err)
			}
			return
		}
		once := s.Rename(same)
		again := parse(t, once)
		if diff := cmp.Diff(inOrder(s.Paths()), inOrder(again.Paths())); diff != "" {
			t.Errorf("paths changed (-want +got):\n%s", diff)
		}
		if twice := again.Rename(same); !bytes.Equal(once, twice) {
			t.Errorf("renamed once:  %x\nrenamed twice: %x", once, twice)
		}
		want := s.Paths()
		for i, p := range want {
			want[i] = longer(p)
		}
		if diff := cmp.Diff(inOrder(want), inOrder(parse(t, s.Rename(longer)).Paths())); diff != "" {
			t.Errorf("longer paths (-want +got):\n%s", diff)
		}
	})
}

func inOrder(paths []string) []string { return slices.Sorted(slices.Values(paths)) }

func longer(path string) string { return "é/" + path + path }
