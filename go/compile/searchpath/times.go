package searchpath

import (
	"os"
	"path/filepath"
	"time"

	"thinrex/go/host/memo"
)

// now returns the present as the file system of dir tells it in the times of files, which
// lags behind the clock by up to one of the kernel's ticks. It waits until that is later
// than a time by the clock. From Linux 6.13 on, the second write of a file that was looked
// at in between has the clock's time.
func now(dir string, later time.Time) (time.Time, error) {
	path := filepath.Join(dir, "now")
	for try := 1; ; try++ {
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
		if try > 1 {
			time.Sleep(time.Millisecond)
		}
	}
}

// mayBeAfter reports whether a file's time may be later than one that now returned. Some
// file systems only store whole seconds.
func mayBeAfter(stamp, moment time.Time) bool {
	if stamp.Nanosecond() == 0 {
		stamp = stamp.Add(memo.Tick)
	}
	return !stamp.Before(moment)
}
