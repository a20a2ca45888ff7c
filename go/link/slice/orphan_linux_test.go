package slice_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"thinrex/go/link/slice"
)

func init() {
	behaviours["parent"] = func() {
		self, err := os.Executable()
		if err != nil {
			panic(err)
		}
		p := slice.NewPool(slice.Options{Program: self, Library: "busy", Processes: 1, Timeout: time.Hour})
		_, err = p.Slice(context.Background(), slice.Request{Path: os.Getenv("PID_FILE")})
		fmt.Fprintln(os.Stderr, err)
	}
	behaviours["busy"] = serve(func(r slice.Request) ([]byte, error) {
		if err := os.WriteFile(r.Path+".new", []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
			return nil, err
		}
		if err := os.Rename(r.Path+".new", r.Path); err != nil {
			return nil, err
		}
		select {}
	})
}

// A process ends with the one that started it, even while it is busy and even if that one
// is killed.
func TestParentKilled(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "pid")
	parent := exec.Command(self, "parent")
	parent.Env = append(os.Environ(), "PID_FILE="+file)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var pid []byte
	for len(pid) == 0 {
		time.Sleep(10 * time.Millisecond)
		pid, _ = os.ReadFile(file)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	for running(t, string(pid)) {
		time.Sleep(10 * time.Millisecond)
	}
}

// running reports whether a process exists, and hasn't ended without anybody having been
// told.
func running(t *testing.T, pid string) bool {
	t.Helper()
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	_, state, _ := bytes.Cut(stat, []byte(") "))
	return err == nil && state[0] != 'Z' && state[0] != 'X'
}
