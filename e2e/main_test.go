//go:build e2e && linux

// Package e2e tests thinrex against a real Remote Execution service: Bazel's
// own remote worker, which scripts/remote-worker.sh makes from Debian's
// packages. Run it with
//
//	go test -tags e2e ./e2e/...
//
// Of what the worker does, the tests assert only what thinrex relies on; -v
// shows the rest.
package e2e

import (
	"fmt"
	"os"
	"testing"

	"thinrex/e2e/internal/stage"
)

var site *stage.Stage

func TestMain(m *testing.M) {
	var err error
	if site, err = stage.Open(".."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	site.Run(m)
}
