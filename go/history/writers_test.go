package history

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"thinrex/go/host/memo"
)

const writerVariable = "THINREX_TEST_HISTORY"

// TestMain makes this program one of the writers of TestManyProcesses if it is told so.
func TestMain(m *testing.M) {
	if dir := os.Getenv(writerVariable); dir != "" {
		if err := write(dir, os.Getpid(), 200, 20_000); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// write adds n records.
func write(dir string, writer, n int, limit int64) error {
	l := log{dir, memo.CompilationHistory, limit}
	for i := range n {
		c := Compilation{Version: Version, Source: fmt.Sprint(writer), Bytes: int64(i), Started: at(i)}
		data, err := c.encode()
		if err == nil {
			err = l.add(data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Many processes write at once while files are begun and removed: each record that is read
// is whole, those of one writer are in their order, and no more than two files stay.
func TestManyProcesses(t *testing.T) {
	dir := t.TempDir()
	var running sync.WaitGroup
	for range 8 {
		running.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), writerVariable+"="+dir)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	running.Wait()
	l := log{dir, memo.CompilationHistory, 20_000}
	list, unread := readAll(t, l)
	if unread != (Unread{}) || len(list) < 20 {
		t.Errorf("%d records, %+v", len(list), unread)
	}
	last := map[string]int64{}
	for _, c := range list {
		if before, ok := last[c.Source]; ok && c.Bytes <= before {
			t.Errorf("writer %s: %d follows %d", c.Source, c.Bytes, before)
		}
		last[c.Source] = c.Bytes
	}
	// A writer that was held up may have begun a file anew that had been removed. It goes
	// when the next file begins.
	for before := newest(l); newest(l) == before; {
		if err := l.add([]byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
	if files := l.files(); len(files) != 2 {
		t.Errorf("files %v", files)
	}
}

func newest(l log) int {
	files := l.files()
	return files[len(files)-1]
}

// Without a limit that is reached, all records of all writers are there.
func TestNoRecordIsLost(t *testing.T) {
	dir := t.TempDir()
	var running sync.WaitGroup
	for writer := range 8 {
		running.Go(func() {
			if err := write(dir, writer, 100, 1<<30); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	list, unread := readAll(t, log{dir, memo.CompilationHistory, 1 << 30})
	if len(list) != 800 || unread != (Unread{}) {
		t.Errorf("%d records, %+v", len(list), unread)
	}
}

func readAll(t *testing.T, l log) ([]Compilation, Unread) {
	t.Helper()
	list, unread, err := read(l, func(c Compilation) (int, time.Time) { return c.Version, time.Time{} }, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return list, unread
}
