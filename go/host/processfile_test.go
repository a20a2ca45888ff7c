//go:build linux

package host_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"thinrex/go/host"
)

// A file is one that every process reads alike, whatever links lead to it.
func TestCheckFile(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("a.c", []byte("int v;\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo("pipe", 0o600); err != nil {
		t.Fatal(err)
	}
	own, err := os.Open("a.c") // as a shell's <a.c does it
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	number := strconv.Itoa(int(own.Fd()))
	open := "/proc/self/fd/" + number
	for link, target := range map[string]string{
		"good": "a.c", "again": "good", "up": "../" + filepath.Base(dir) + "/again", "here": dir,
		"stdin": "/dev/stdin", "open": open, "twice": "open", "fds": "/dev/fd", "self": "/proc/self", "loop": "loop",
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	for name, reason := range map[string]string{
		"a.c": "", "good": "", "again": "", "up": "", "here/up": "", "./here/.//a.c": "", dir + "/again": "",
		"absent": "", "absent/a.c": "",
		open: "to each process", "open": "to each process", "twice": "to each process", "here/twice": "to each process",
		"fds/" + number:                   "to each process",
		"self/fd/" + number:               "to each process",
		"self/cwd/a.c":                    "to each process",
		"/proc/thread-self/cwd/here/good": "to each process",
		"pipe":                            "isn't a regular file",
		"/dev/null":                       "isn't a regular file",
		".":                               "isn't a regular file",
		"loop":                            "too many levels",
	} {
		err := host.CheckFile(name)
		if got := err == nil; got != (reason == "") || err != nil && !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v, want %q", name, err, reason)
		}
	}
}
