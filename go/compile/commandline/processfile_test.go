//go:build linux

package commandline_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"thinrex/go/compile/commandline"
)

// A file that is another one for each process is refused wherever an argument
// names it.
func TestFilesOfOneProcess(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, map[string]string{"a.c": "int v;\n"})
	own, err := os.Open("a.c") // as a shell's <a.c does it
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	for link, target := range map[string]string{"open": "/proc/self/fd/" + strconv.Itoa(int(own.Fd())), "twice": "open"} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range []string{"-x c open", "-include open a.c", "-imacros twice a.c", "-fprofile-list=open a.c", "@open"} {
		if _, err := commandline.Parse("clang", strings.Fields("-flto=thin -c "+args), commandline.Options{}); err == nil || !strings.Contains(err.Error(), "to each process") {
			t.Errorf("%s: %v", args, err)
		}
	}
	if _, err := commandline.Parse("clang", strings.Fields("-flto=thin -c a.c"), commandline.Options{Read: []string{"open"}}); err == nil {
		t.Error("a file that is each process's own is read")
	}
}
