//go:build e2e_bazel && linux

// Package bazel tests the rules with real Bazels, which scripts/bazel.sh runs:
// 7 in bzlmod mode and 4 in WORKSPACE mode. Run it with
//
//	scripts/e2e-bazel.sh
//
// What is built where is read off thinrex's summary of each link, and off
// Bazel's of each build; -v shows them.
package bazel

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"thinrex/e2e/internal/stage"
)

const repository = "../.."

var (
	site   *stage.Stage
	bazels = []string{"7", "4"} // which of bazel.sh's to run
)

func TestMain(m *testing.M) {
	if asked := strings.Fields(os.Getenv("THINREX_E2E_BAZELS")); len(asked) > 0 {
		bazels = asked
	}
	var err error
	if site, err = stage.Open(repository); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	site.Run(m)
}
