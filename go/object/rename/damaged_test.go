package rename_test

import (
	"bytes"
	"strings"
	"testing"

	"thinrex/go/object/rename"
)

var one = map[string]string{placeholder(1): "18446744073709551615"}

// Small objects are renamed as larger ones are.
func TestSmallObjects(t *testing.T) {
	for _, object := range smallObjects() {
		renamed, err := rename.Replace(object, one)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(renamed, []byte("\x00f.llvm.18446744073709551615\x00")) {
			t.Errorf("%q became %q", object, renamed)
		}
	}
}

// Of an object that is cut short nothing is made.
func TestTruncated(t *testing.T) {
	for _, object := range smallObjects() {
		for size := range object {
			if _, err := rename.Replace(object[:size], one); err == nil {
				t.Errorf("%d of %d bytes pass", size, len(object))
			}
		}
		if _, err := rename.Replace(append(bytes.Clone(object), 0), one); err == nil {
			t.Error("a byte more passes")
		}
	}
}

// A name with a number that stands for no module, or that belongs to another number,
// is not replaced by half.
func TestOtherNumbers(t *testing.T) {
	for _, object := range smallObjects() {
		for name, names := range map[string]map[string]string{
			"unknown":      {placeholder(2): "1", placeholder(3): "2"},
			"longer":       {placeholder(1)[:19]: "1"},
			"not a number": {placeholder(1): "one"},
			"two lengths":  {placeholder(1): "1", "17": "2"},
			"no beginning": {placeholder(1): "1", "2" + placeholder(1)[1:]: "2"},
			"empty":        {"": "1"},
		} {
			if got, err := rename.Replace(object, names); err == nil {
				t.Errorf("%s: %q", name, got)
			}
		}
		other := bytes.ReplaceAll(object, []byte(".llvm."), []byte(".llvn."))
		if _, err := rename.Replace(other, one); err == nil {
			t.Error("a number is replaced that isn't a module's hash")
		}
	}
}

// Kinds of objects whose layout isn't known are refused, whatever they hold.
func TestOtherKinds(t *testing.T) {
	for _, object := range []string{"", "BC\xc0\xde", "\xcf\xfa\xed\xfe", "\x00asm\x01\x00\x00\x00"} {
		object += strings.Repeat("\x00", 100)
		if _, err := rename.Replace([]byte(object), one); err == nil {
			t.Errorf("%q passes", object)
		}
		if got, err := rename.Replace([]byte(object), nil); err != nil || string(got) != object {
			t.Errorf("%q became %q without placeholders: %v", object, got, err)
		}
	}
}
