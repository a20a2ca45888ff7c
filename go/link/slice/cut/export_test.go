//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package cut

// KnownName is for tests.
var KnownName = knownName
