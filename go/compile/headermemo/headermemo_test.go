//go:build linux

package headermemo_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"thinrex/go/compile/cppscan"
	"thinrex/go/compile/headermemo"
	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
)

const text = "#include <x.h>\n"

// header writes a header and returns its digest and what it asks for.
func header(t *testing.T, path string) (filedigest.File, cppscan.Source) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	f, data, err := filedigest.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	f.Digest = digest.SHA256.Of(data)
	return f, cppscan.Scan(data)
}

// settle returns once the times of what was written tell one content from another.
func settle() { time.Sleep(2100 * time.Millisecond) }

// recall looks a header up first.
func recall(t *testing.T, m *headermemo.Memory, path string) (filedigest.File, cppscan.Source, bool) {
	t.Helper()
	f, err := filedigest.Look(path)
	if err != nil {
		t.Error(err)
	}
	return m.Recall(f, time.Now())
}

// save adds headers to the memory in a folder.
func save(t *testing.T, dir string, files []filedigest.File, s cppscan.Source) {
	t.Helper()
	m := headermemo.Open(dir)
	for _, f := range files {
		recall(t, m, f.Path) // reads what is there
		m.Remember(f, s, time.Now())
	}
	if err := m.Save(); err != nil {
		t.Fatal(err)
	}
}

// recalls reports whether the memory in a folder knows a header.
func recalls(t *testing.T, dir string, want filedigest.File) bool {
	t.Helper()
	f, s, ok := recall(t, headermemo.Open(dir), want.Path)
	if ok && (f != want || len(s.Probes) != 1 || s.Probes[0] != cppscan.Probe{Name: "x.h"}) {
		t.Errorf("recalls %v, which asks for %v; want %v", f, s.Probes, want)
	}
	return ok
}

func TestRecallsTheSameHeaderOnly(t *testing.T) {
	t.Chdir(t.TempDir())
	dir := filepath.Join(t.TempDir(), "state")
	f, s := header(t, "a.h")
	other, _ := header(t, "other.h")
	save(t, dir, []filedigest.File{f}, s)
	settle()
	if recalls(t, dir, f) {
		t.Error("remembers a header that may have changed while it was read")
	}
	save(t, dir, []filedigest.File{f}, s)
	if !recalls(t, dir, f) {
		t.Error("doesn't recall a header that is the same")
	}
	if recalls(t, dir, other) {
		t.Error("recalls a header that nothing was remembered of")
	}
	if recalls(t, "", f) {
		t.Error("recalls without a folder")
	}
	if err := os.Chmod("a.h", 0o600); err != nil { // it gets another time, and nothing else that counts
		t.Fatal(err)
	}
	settle()
	if recalls(t, dir, f) {
		t.Error("recalls a header that may be another")
	}
}

// A file that was cut short, that has other bytes in it, or that another version of
// thinrex wrote keeps what comes before that, and is whole again after one more
// compilation.
func TestDamagedFileIsWrittenAnew(t *testing.T) {
	t.Chdir(t.TempDir())
	var files []filedigest.File
	var s cppscan.Source
	for i := range 3 {
		f, source := header(t, fmt.Sprintf("%d.h", i))
		files, s = append(files, f), source
	}
	settle()
	for name, damage := range map[string]struct {
		change func(data []byte) []byte
		recall []bool
	}{
		"cut short": {func(data []byte) []byte { return data[:len(data)-1] }, []bool{true, true, false}},
		"changed": {func(data []byte) []byte {
			data[len(data)-1] ^= 1
			return data
		}, []bool{true, true, false}},
		"long record": {func(data []byte) []byte { return append(data, slices.Repeat([]byte{0xff}, 100)...) },
			[]bool{true, true, true}},
		"zeros": {func(data []byte) []byte { return append(data, make([]byte, 100)...) }, []bool{true, true, true}},
		"empty": {func([]byte) []byte { return nil }, make([]bool, 3)},
		"of another program": {func(data []byte) []byte {
			data[len("thinrex headers 1 {")] ^= 1
			return data
		}, make([]bool, 3)},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			save(t, dir, files, s)
			list, err := filepath.Glob(filepath.Join(dir, "headers", "*"))
			if err != nil || len(list) != 1 {
				t.Fatalf("%q, %v: want one file for one folder", list, err)
			}
			data, err := os.ReadFile(list[0])
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(list[0], damage.change(data), 0o644); err != nil {
				t.Fatal(err)
			}
			m := headermemo.Open(dir)
			for i, f := range files {
				_, _, ok := recall(t, m, f.Path)
				if ok != damage.recall[i] {
					t.Errorf("%s: recalled: %v", f.Path, ok)
				}
				if !ok {
					m.Remember(f, s, time.Now())
				}
			}
			if err := m.Save(); err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				if !recalls(t, dir, f) {
					t.Errorf("%s isn't recalled after the file was written anew", f.Path)
				}
			}
		})
	}
}

// Compilations that run side by side remember each header once.
func TestSideBySide(t *testing.T) {
	t.Chdir(t.TempDir())
	dir := t.TempDir()
	var all []filedigest.File
	var s cppscan.Source
	for i := range 20 {
		f, source := header(t, fmt.Sprintf("%d.h", i))
		all, s = append(all, f), source
	}
	settle()
	var memories []*headermemo.Memory
	for range 8 {
		m := headermemo.Open(dir)
		for _, f := range all {
			if _, _, ok := recall(t, m, f.Path); ok {
				t.Fatalf("%s is recalled before anything was saved", f.Path)
			}
			m.Remember(f, s, time.Now())
		}
		memories = append(memories, m)
	}
	if err := memories[0].Save(); err != nil {
		t.Fatal(err)
	}
	once := size(t, filepath.Join(dir, "headers"))
	for _, m := range memories[1:] {
		if err := m.Save(); err != nil {
			t.Fatal(err)
		}
	}
	if now := size(t, filepath.Join(dir, "headers")); now != once {
		t.Errorf("one compilation wrote %d bytes, eight wrote %d", once, now)
	}
	dir = t.TempDir()
	var work sync.WaitGroup
	for _, f := range all {
		work.Go(func() { save(t, dir, []filedigest.File{f}, s) })
	}
	work.Wait()
	m := headermemo.Open(dir)
	known := 0
	for _, f := range all {
		if _, _, ok := recall(t, m, f.Path); ok {
			known++
			continue
		}
		m.Remember(f, s, time.Now()) // what another one was saving for then
	}
	if known == 0 {
		t.Error("nothing is recalled of what was saved at once")
	}
	if err := m.Save(); err != nil {
		t.Fatal(err)
	}
	if now := size(t, filepath.Join(dir, "headers")); now != once {
		t.Errorf("%d bytes after saving at once, want %d", now, once)
	}
}

func size(t *testing.T, dir string) (n int64) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		n += info.Size()
	}
	return n
}

// A folder has many names where headers include each other by ./ and ../, and one file.
func TestOneFileForAllNamesOfAFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	dir := t.TempDir()
	if err := os.Mkdir("sub", 0o755); err != nil {
		t.Fatal(err)
	}
	f, s := header(t, "a.h")
	settle()
	f.Path = "sub/.././a.h"
	save(t, dir, []filedigest.File{f}, s)
	for _, name := range []string{"a.h", "./a.h", "sub/../a.h"} {
		f.Path = name
		if !recalls(t, dir, f) {
			t.Errorf("%s isn't recalled", name)
		}
	}
	if list, err := filepath.Glob(filepath.Join(dir, "headers", "*")); err != nil || len(list) != 1 {
		t.Errorf("%q, %v", list, err)
	}
}
