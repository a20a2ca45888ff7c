package cas

import (
	"testing"
	"time"

	"thinrex/go/digest"
)

// Forget forgets uploads that ended before the moment or at it. Later ones, and those
// that are under way, stay.
func TestForget(t *testing.T) {
	sent := time.Now()
	for _, test := range []struct {
		ended     time.Time
		forgotten bool
	}{{sent.Add(-time.Hour), true}, {sent, true}, {sent.Add(1), false}, {time.Time{}, false}} {
		d := digest.SHA256.Of([]byte("blob"))
		u := &uploads{all: map[digest.Digest]*transfer{d: {ended: test.ended}}}
		u.forget([]Blob{{Digest: d}}, sent)
		if forgotten := u.all[d] == nil; forgotten != test.forgotten {
			t.Errorf("%v after: forgotten %v", test.ended.Sub(sent), forgotten)
		}
	}
}
