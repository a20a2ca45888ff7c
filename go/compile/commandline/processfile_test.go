//go:build linux

package commandline_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"thinrex/go/compile/commandline"
)

// A name that leads each process to another file is refused in every argument.
func TestFilesOfOneProcess(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, map[string]string{"a.c": "int v;\n"})
	own, err := os.Open("a.c") // as a shell's <a.c does it
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	for link, target := range map[string]string{
		"open":  "/proc/self/fd/" + strconv.Itoa(int(own.Fd())),
		"twice": "open",
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range []string{
		"-x c open",
		"-include open a.c",
		"-imacros twice a.c",
		"-fprofile-list=open a.c",
		"@open",
	} {
		wantRefused(t, strings.Fields("-flto=thin -c "+args), commandline.Options{}, "to each process")
	}
	o := commandline.Options{Read: []string{"open"}}
	wantRefused(t, strings.Fields("-flto=thin -c a.c"), o, "to each process")
}
