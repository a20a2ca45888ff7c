package memo

import (
	"testing"
	"time"
)

// A file is settled two seconds after the later of its two times.
func TestSettled(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	ago := func(d time.Duration) int64 { return now.Add(-d).UnixNano() }
	for _, tc := range []struct {
		mtime, ctime int64
		want         bool
	}{
		{ago(Tick + 1), ago(Tick + 1), true},
		{ago(Tick), ago(time.Hour), false},
		{ago(time.Hour), ago(Tick), false},
		{ago(0), ago(0), false},
		{ago(-time.Hour), ago(time.Hour), false},
	} {
		if got := (Fingerprint{Mtime: tc.mtime, Ctime: tc.ctime}).Settled(now); got != tc.want {
			t.Errorf("changed %v and %v ago: %v", now.Sub(time.Unix(0, tc.mtime)), now.Sub(time.Unix(0, tc.ctime)), got)
		}
	}
}
