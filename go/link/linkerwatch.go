package link

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"thinrex/go/link/distfile"
)

// A linkerWatch knows whether the linker still wants the outputs.
type linkerWatch struct{ running context.Context }

// isGone reports whether the linker that wanted a job's outputs has ended. A linker
// that is killed removes its shards first, and then ends. So isGone waits a moment if a
// file of the job is missing: the user has stopped the link, and needs no message about
// the compilation that failed without the file.
func (l *linkerWatch) isGone(job distfile.Job) bool {
	for _, path := range job.Inputs {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			l.waitForEnd()
			break
		}
	}
	return l.running.Err() != nil
}

// waitForEnd gives a linker that has removed its files the time to end, on a
// machine that is busy.
func (l *linkerWatch) waitForEnd() {
	select {
	case <-l.running.Done():
	case <-time.After(linkersLastMoment):
	}
}
