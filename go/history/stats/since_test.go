package stats_test

import (
	"testing"
	"time"

	"thinrex/go/history/stats"
)

func TestParseSince(t *testing.T) {
	zone := time.FixedZone("here", 2*60*60)
	now := noon.In(zone) // 14:00
	for text, want := range map[string]time.Time{
		"24h":                  now.Add(-24 * time.Hour),
		"1h30m":                now.Add(-90 * time.Minute),
		"7d":                   now.Add(-7 * 24 * time.Hour),
		"0.5d":                 now.Add(-12 * time.Hour),
		"2026-11-30":           time.Date(2026, 11, 30, 0, 0, 0, 0, zone),
		"2026-11-30 08:00":     time.Date(2026, 11, 30, 8, 0, 0, 0, zone),
		"2026-11-30T08:00":     time.Date(2026, 11, 30, 8, 0, 0, 0, zone),
		"2026-11-30 08:00:01":  time.Date(2026, 11, 30, 8, 0, 1, 0, zone),
		"2026-11-30T08:00:00Z": time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC),
	} {
		got, err := stats.ParseSince(text, now)
		if err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "0", "90", "-1h", "-1d", "h", "d", "1w", "NaNd", "Infd", "1e300d", "99999999h", "yesterday",
		"2026-13-01", "2026-11-31", "30.11.2026", "2026-12-01", "20261130",
		"2026-11-30T08:00:00-05:00", // 15:00 here
	} {
		if got, err := stats.ParseSince(text, now); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}
