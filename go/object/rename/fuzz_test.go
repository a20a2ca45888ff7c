package rename_test

import (
	"bytes"
	"testing"

	"thinrex/go/object/rename"
)

// Whatever is in an object, Replace ends soon, reads nothing beyond it, changes no
// bytes of it, and leaves no placeholder.
func FuzzReplace(f *testing.F) {
	for _, object := range smallObjects() {
		f.Add(object)
	}
	names := map[string]string{placeholder(1): "1", placeholder(2): "18446744073709551615"}
	f.Fuzz(func(t *testing.T, object []byte) {
		before := bytes.Clone(object)
		renamed, err := rename.Replace(object, names)
		if !bytes.Equal(object, before) {
			t.Fatal("the object was changed")
		}
		if err == nil && rename.Mentions(renamed, names) {
			t.Fatal("a placeholder is left")
		}
	})
}
