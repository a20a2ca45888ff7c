// Package quick decides which tests `make check` leaves out.
//
// make check runs the tests with -short, so that it ends in about a minute on a
// machine without LLVM. make test runs every test; nothing is skipped there.
package quick

import "testing"

// Skip ends a test under -short. The reason says what makes the test slow or
// which program it needs: "compiles with clang", "waits a minute".
//
// It never skips without -short: a test that needs clang fails where clang is
// missing, and the failure says so.
func Skip(t testing.TB, reason string) {
	t.Helper()
	if testing.Short() {
		t.Skip("make check leaves this out: it " + reason)
	}
}
