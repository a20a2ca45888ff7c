package history

import (
	"testing"

	"thinrex/go/report"
)

func TestHitRate(t *testing.T) {
	for _, test := range []struct {
		summary report.Summary
		rate    float64
		ok      bool
	}{
		{report.Summary{}, 0, false},
		{report.Summary{Jobs: 9, Failed: 1, Skipped: 8}, 0, false},
		{report.Summary{Jobs: 3, Hits: 1, Local: 1, Remote: 1}, 1. / 3, true},
		{report.Summary{Jobs: 9, Hits: 1, Local: 2, Remote: 1, Failed: 2, Skipped: 3}, 0.25, true},
	} {
		if rate, ok := (Link{Summary: test.summary}).HitRate(); rate != test.rate || ok != test.ok {
			t.Errorf("%+v: %v, %v", test.summary, rate, ok)
		}
	}
	for rate, want := range map[float64]string{0: "0.0%", 0.29: "29.0%", 0.99999: "99.9%", 1: "100.0%"} {
		if got := Percent(rate); got != want {
			t.Errorf("%v: %s, want %s", rate, got, want)
		}
	}
}
