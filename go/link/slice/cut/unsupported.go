//go:build !(linux && (amd64 || arm64 || loong64 || ppc64le || riscv64))

package cut

import (
	"fmt"
	"runtime"

	"thinrex/go/link/slice"
)

// A Library can't be loaded on this system.
type Library struct{ Version string }

// Load fails: here thinrex links with whole modules.
func Load(string) (*Library, error) {
	return nil, fmt.Errorf("modules can't be cut on %s/%s", runtime.GOOS, runtime.GOARCH)
}

// Cut is never called.
func (*Library) Cut(slice.Request) ([]byte, error) { panic("no library") }

// List is never called.
func (*Library) List(string) ([]slice.Value, error) { panic("no library") }
