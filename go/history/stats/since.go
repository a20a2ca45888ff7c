package stats

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseSince reads the value of --since: how long ago, as 90m, 24h or 7d, or a local date,
// as 2026-11-30 or 2026-11-30 08:00, or a time by RFC 3339.
func ParseSince(text string, now time.Time) (time.Time, error) {
	if at, ok := parseTime(text, now.Location()); ok {
		if at.After(now) {
			return time.Time{}, fmt.Errorf("%s is in the future", text)
		}
		return at, nil
	}
	ago, err := parseAgo(text)
	if err != nil {
		return time.Time{}, err
	}
	return now.Add(-ago), nil
}

func parseTime(text string, in *time.Location) (time.Time, bool) {
	for _, form := range []string{time.RFC3339, time.DateOnly, "2006-01-02 15:04", "2006-01-02T15:04", time.DateTime} {
		if at, err := time.ParseInLocation(form, text, in); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

var errNoSince = errors.New("give how long ago, such as 90m, 24h or 7d, or a date, such as 2026-11-30")

func parseAgo(text string) (time.Duration, error) {
	const day = 24 * time.Hour
	ago, err := time.ParseDuration(text)
	if digits, isDays := strings.CutSuffix(text, "d"); isDays {
		var days float64
		days, err = strconv.ParseFloat(digits, 64)
		if err == nil && !(days >= 0 && days <= 36500) {
			err = errNoSince
		}
		ago = time.Duration(days * float64(day))
	}
	if err != nil || ago < 0 || text == "0" {
		return 0, fmt.Errorf("%q is no time that has passed: %w", text, errNoSince)
	}
	return ago, nil
}
