//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package cut

import (
	"strings"
	"testing"

	"thinrex/go/bitcode"
)

// Modules by another LLVM than the library are refused: what it reads of them, or writes
// for them, may not be what the compiler reads.
func TestOtherProducers(t *testing.T) {
	l := &Library{Version: "22.1.8"}
	for producer, refused := range map[string]bool{
		"LLVM22.1.8":                    false,
		"LLVM22.1.7":                    true,
		"LLVM23.1.0":                    true,
		"LLVM22.1.8-rust-1.97.1-stable": true,
		"APPLE_1_1700.0.13.3_0":         true,
		"":                              true,
	} {
		err := l.checkFacts(&bitcode.Module{Producer: producer})
		if (err != nil) != refused || refused && !strings.Contains(err.Error(), "not by LLVM22.1.8") {
			t.Errorf("%q: %v", producer, err)
		}
	}
}
