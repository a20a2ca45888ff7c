package compile

import (
	"reflect"
	"testing"
)

// A manifest comes from a cache that others write to, too.
func FuzzManifest(f *testing.F) {
	for _, seed := range []string{
		manifestHeader + "\nNa.c\nNa.h\nAb.h\nFc.h\n\nNa.c\n\n", manifestHeader + "\n", manifestHeader + "\nAb.h\n\n",
		"another\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := decodeManifest(data)
		if err != nil {
			return
		}
		again, err := decodeManifest(m.encode())
		if err != nil || !reflect.DeepEqual(again, m) {
			t.Errorf("%q became %q: %v", m, again, err)
		}
		for _, a := range m {
			if len(a.names) == 0 {
				t.Errorf("accepted a manifest without the source: %q", m)
			}
		}
	})
}
