package option

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

type duration struct {
	to     *time.Duration
	orZero bool
}

// Duration is a positive time. It takes Go's durations, and Bazel's: a number of
// seconds, or of days with a d behind it.
func Duration(to *time.Duration, value time.Duration) Value {
	*to = value
	return duration{to: to}
}

// DurationOrZero is a Duration that may also be 0, which turns something off.
func DurationOrZero(to *time.Duration, value time.Duration) Value {
	*to = value
	return duration{to, true}
}

func (d duration) Set(s string) error {
	v, err := parseDuration(s)
	if err != nil {
		return err
	}
	if v == 0 && !d.orZero {
		return fmt.Errorf("%q is no time at all: give a longer one, such as 30s", s)
	}
	*d.to = v
	return nil
}

func parseDuration(s string) (time.Duration, error) {
	digits, days := strings.CutSuffix(s, "d")
	unit := time.Second
	if days {
		unit = 24 * time.Hour
	}
	v, err := strconv.ParseInt(digits, 10, 64)
	if err == nil && v >= 0 && v <= int64(math.MaxInt64/unit) {
		return time.Duration(v) * unit, nil
	}
	if v, err := time.ParseDuration(s); err == nil && v >= 0 {
		return v, nil
	}
	return 0, fmt.Errorf("%q isn't a duration such as 90, 90s, 1m30s or 500ms", s)
}

// String leaves out Go's zeros: 10m, not 10m0s.
func (d duration) String() string {
	s := d.to.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func (d duration) Type() string { return "duration" }
