//go:build unix

package main

import (
	"strings"
	"testing"
	"time"

	"thinrex/go/report"
)

// unanswered is --remote_timeout in the rows of the fault matrix that don't set
// it: how long a call is waited for that gets no answer. It is so long that a
// link that waits for one is told from a link on a machine that is busy.
const (
	unanswered       = 30 * time.Minute
	unansweredOption = "REMOTE_TIMEOUT=30m"
)

// checkRow prints what a link of the fault matrix did (go test -v), and fails
// where it took as long as a call that gets no answer: no fault of a service
// may cost that. How many jobs were done where, and what was printed, is for the
// row to check.
func checkRow(t *testing.T, got report.Summary, said string) {
	t.Helper()
	t.Logf("%d hits, %d compiled here, %d on workers, %d failed, %d skipped; %d lines printed; %.1f s",
		got.Hits, got.Local, got.Remote, got.Failed, got.Skipped, strings.Count(said, "\n"), got.WallSeconds)
	if got.WallSeconds >= unanswered.Seconds() {
		t.Errorf("the link took %.0f s", got.WallSeconds)
	}
}
