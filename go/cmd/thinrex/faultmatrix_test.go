//go:build unix

package main

import (
	"strings"
	"testing"
	"time"

	"thinrex/go/report"
)

// unanswered is --remote_timeout in the rows of the fault matrix that don't set
// it: how long a call may go without an answer. It is so long that a link which
// waits for an answer can't be mistaken for a link on a busy machine.
const (
	unanswered       = 30 * time.Minute
	unansweredOption = "REMOTE_TIMEOUT=30m"
)

// checkRow prints what a link of the fault matrix did (go test -v). It fails if the
// link took as long as a call without an answer: no fault of a service may cost
// that. The row itself checks how many jobs ran where, and what was printed.
func checkRow(t *testing.T, got report.Summary, printed string) {
	t.Helper()
	t.Logf("%d hits, %d compiled here, %d on workers, %d failed, %d skipped; %d lines printed; %.1f s",
		got.Hits, got.Local, got.Remote, got.Failed, got.Skipped, strings.Count(printed, "\n"), got.WallSeconds)
	if got.WallSeconds >= unanswered.Seconds() {
		t.Errorf("the link took %.0f s", got.WallSeconds)
	}
}
