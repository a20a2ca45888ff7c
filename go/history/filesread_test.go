package history

import (
	"fmt"
	"slices"
	"strings"
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
		if got := f.Changes([]string{"dir", "a.c"}, Basis{Files: step.files}).Files; !slices.Equal(got, step.want) {
			t.Errorf("step %d: %q, want %q", i, got, step.want)
		}
	}
	if got := f.Changes([]string{"dir", "b.c"}, Basis{Files: []File{file("a.c", a)}}).Files; got != nil {
		t.Errorf("another compilation: %q", got)
	}
	key := memo.Key("dir", "a.c")
	damage := []byte("not even of the right length")
	if err := memo.Write(memo.Path(f.state, memo.FilesRead, key[:2], key), damage); err != nil {
		t.Fatal(err)
	}
	many := make([]File, 100)
	if got := f.Changes([]string{"dir", "a.c"}, Basis{Files: many}).Files; len(got) > MostChanged {
		t.Errorf("%d names", len(got))
	}
	if got := In("").Changes(nil, Basis{Files: many}).Files; got != nil {
		t.Errorf("%q", got)
	}
}

// Changes name the result that they are compared with: that of the last time, also of a hit.
func TestChangedSince(t *testing.T) {
	f, of := In(t.TempDir()), []string{"dir", "a.c"}
	basis := func(key string) Basis { return Basis{Key: key, Args: []string{"-c"}, Files: []File{{Name: "a.c"}}} }
	if got := f.Changes(of, basis("first/1")).Since; got != 0 {
		t.Errorf("the first time: %v", got)
	}
	if got := f.Changes(of, basis("second/1")).Since; got != ShortOf("first/1") {
		t.Errorf("the second time: %v", got)
	}
	f.Hit(of, "third/1", func() (Basis, bool) { return basis("third/1"), true })
	if got := f.Changes(of, basis("fourth/1")).Since; got != ShortOf("third/1") {
		t.Errorf("after a hit: %v", got)
	}
}

// Arguments and variables are compared with those of the last time.
func TestChangedArguments(t *testing.T) {
	f := In(t.TempDir())
	for i, step := range []struct {
		args []string
		env  []Value
		want string
	}{
		{[]string{"-O2", "-DX=1"}, []Value{{"A", 1}, {"B", 2}}, "[] [] []"},
		{[]string{"-O2", "-DX=1"}, []Value{{"A", 1}, {"B", 2}}, "[] [] []"},
		{[]string{"-O2", "-DX=2", "-g"}, []Value{{"A", 1}, {"B", 3}}, "[-DX=2 -g] [-DX=1] [B]"},
		{[]string{"-O2", "-g", "-O2"}, []Value{{"C", 1}}, "[-O2] [-DX=2] [C A B]"},
		{[]string{"-O2", strings.Repeat("x", longestArgs)}, nil, "[" + shortened(strings.Repeat("x", longestArgs)) +
			"] [-O2 -g] [C]"},
		{[]string{"-O2"}, nil, "[] [] []"}, // what is too long isn't remembered
		{[]string{"-O3"}, nil, "[-O3] [-O2] []"},
	} {
		c := f.Changes([]string{"a.c"}, Basis{Args: step.args, Env: step.env})
		if got := fmt.Sprint(c.Args.Added, c.Args.Removed, c.Env); got != step.want {
			t.Errorf("step %d: %s, want %s", i, got, step.want)
		}
	}
}

// After a hit, the next compilation is compared with what the hit's result was made of.
func TestChangesSinceHit(t *testing.T) {
	f := In(t.TempDir())
	of := []string{"dir", "a.c"}
	basis := func(key, header string) Basis {
		files := []File{{Name: "a.c", Digest: "0123"}, {Name: "a.h", Digest: header}}
		return Basis{Key: key, Files: files, Args: []string{"-O2"}}
	}
	asked := 0
	hit := func(now Basis) {
		f.Hit(of, now.Key, func() (Basis, bool) {
			asked++
			return now, true
		})
	}
	hit(basis("1", "01")) // another folder's result
	if got := f.Changes(of, basis("2", "02")).Files; !slices.Equal(got, []string{"a.h"}) {
		t.Errorf("after the first hit: %q", got)
	}
	hit(basis("1", "01")) // the edit is undone
	hit(basis("1", "01"))
	if asked != 2 {
		t.Errorf("asked %d times what a hit reads, want 2", asked)
	}
	if c := f.Changes(of, basis("3", "01")); len(c.Files) > 0 || !c.Args.IsEmpty() {
		t.Errorf("after the edit is undone: %+v", c)
	}
	long := basis("4", "01")
	long.Args = []string{strings.Repeat("x", longestArgs)}
	hit(long)
	hit(long)
	if asked != 3 {
		t.Errorf("asked %d times, want 3: the key is remembered without the arguments", asked)
	}
	f.Hit(of, "5", func() (now Basis, ok bool) { return now, false })
	In("").Hit(of, "5", func() (now Basis, ok bool) { panic("no history wants this") })
}
