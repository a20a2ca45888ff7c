package searchpath

import (
	"os"
	"path/filepath"
	"time"

	"thinrex/go/host/memo"
)

// now returns the present as file systems stamp it, which lags behind the
// clock by up to one of the kernel's ticks. It waits until the stamp is later
// than a moment by the clock.
func now(dir string, later time.Time) (time.Time, error) {
	path := filepath.Join(dir, "now")
	for {
		if err := os.WriteFile(path, []byte("now"), 0o600); err != nil {
			return time.Time{}, err
		}
		fi, err := os.Stat(path)
		if err != nil {
			return time.Time{}, err
		}
		if fi.ModTime().After(later) {
			return fi.ModTime(), nil
		}
		time.Sleep(time.Millisecond)
	}
}

// mayBeAfter compares a file's stamp with a moment that now returned.
func mayBeAfter(stamp, moment time.Time) bool {
	if stamp.Nanosecond() == 0 {
		stamp = stamp.Add(memo.Tick)
	}
	return !stamp.Before(moment)
}
