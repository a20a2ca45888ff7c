package canon

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
)

// A job whose assembly names too many files isn't cached.
func TestManyFilesNamedInAssembly(t *testing.T) {
	f := newFixture(t)
	var text strings.Builder
	for i := range maxAssemblyFiles + 1 {
		name := fmt.Sprintf("d/%d", i)
		f.write(name, "")
		fmt.Fprintf(&text, ".incbin %q\n", name)
	}
	f.write(modulePath, text.String())
	if a, err := f.buildScanned(); err == nil || !strings.Contains(err.Error(), "reads more than 1000 files") {
		t.Errorf("%v, %v", a, err)
	}
}

// A module that changed after its digest was made isn't scanned, because its text no
// longer is the one of which the key was made.
func TestModuleChangedBeforeTheScan(t *testing.T) {
	f := newFixture(t)
	f.write("x", "1")
	for _, path := range []string{modulePath, bPath} {
		f.opts.Files = filedigest.Open("", digest.SHA256)
		b, err := NewBuilder(f.common, f.opts)
		if err != nil {
			t.Fatal(err)
		}
		a, err := b.Build(f.job)
		if err != nil {
			t.Fatal(err)
		}
		next := path + ".next"
		f.write(next, "another module") // as long as what is there, perhaps
		if err := os.Rename(next, filepath.Clean(path)); err != nil {
			t.Fatal(err)
		}
		if !b.ReadsMore(a) {
			t.Errorf("%s has changed, and the job is cached all the same", path)
		}
		if _, err := b.Build(f.job); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
