package digest

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	d := SHA256.Of([]byte("some"))
	alone := d
	alone.Size = -1
	for text, want := range map[string]Digest{d.String(): d, d.Hash: alone} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "/", "/4", "f0.o", d.Hash + "/", d.Hash + "/-1", d.Hash + "/4/4", d.Hash + "/x", strings.ToUpper(d.Hash),
		d.Hash[1:], "../" + d.Hash,
	} {
		if got, err := Parse(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}
