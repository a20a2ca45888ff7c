//go:build linux

package clang

import "testing"

func TestDriverMode(t *testing.T) {
	for path, want := range map[string]string{
		"/usr/bin/clang-22": "", "clang++": "", "/x/clang-cl-22": "cl", "clang-cl.exe": "cl", "clang-cl": "cl",
	} {
		if got := driverMode(path); got != want {
			t.Errorf("driverMode(%q) = %q", path, got)
		}
	}
}
