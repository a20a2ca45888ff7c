package history

import (
	"slices"
	"testing"

	"thinrex/go/host/memo"
)

func TestChanges(t *testing.T) {
	f := In(t.TempDir())
	file := func(name, digest string) File { return File{Name: name, Digest: digest} }
	const a, b = "0123456789abcdef", "fedcba9876543210"
	for i, step := range []struct {
		files []File
		want  []string
	}{
		{[]File{file("a.c", a), file("a.h", a)}, nil},
		{[]File{file("a.c", a), file("a.h", a)}, nil},
		{[]File{file("a.c", a), file("a.h", b)}, []string{"a.h"}},
		{[]File{file("a.c", b), file("a.h", b), file("b.h", a)}, []string{"a.c", NowRead + "b.h"}},
		{[]File{file("a.c", b)}, nil},
	} {
		if got := f.Changes([]string{"dir", "a.c"}, step.files); !slices.Equal(got, step.want) {
			t.Errorf("step %d: %q, want %q", i, got, step.want)
		}
	}
	if got := f.Changes([]string{"dir", "b.c"}, []File{file("a.c", a)}); got != nil {
		t.Errorf("another compilation: %q", got)
	}
	key := memo.Key("dir", "a.c")
	damage := []byte("not even of the right length")
	if err := memo.Write(memo.Path(f.state, memo.FilesRead, key[:2], key), damage); err != nil {
		t.Fatal(err)
	}
	many := make([]File, 100)
	if got := f.Changes([]string{"dir", "a.c"}, many); len(got) > MostChanged {
		t.Errorf("%d names", len(got))
	}
	if got := In("").Changes(nil, many); got != nil {
		t.Errorf("%q", got)
	}
}
