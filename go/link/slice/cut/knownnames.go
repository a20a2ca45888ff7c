//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package cut

import (
	_ "embed"
	"strings"
	"sync"
)

// knownNameList has the names of functions that LLVM 22 to 24 have ideas of: of C's library
// and of those for vectors. Source: the table of names in libLLVM, with which
// TestKnownNames compares it.
//
//go:embed knownnames.txt
var knownNameList string

var knownNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for name := range strings.FieldsSeq(knownNameList) {
		names[name] = true
	}
	return names
})

// knownName reports whether LLVM may know what the function with a name does.
func knownName(name string) bool {
	switch {
	case name == "" || strings.ContainsRune("?@\x01$.", rune(name[0])):
		return true
	case strings.HasPrefix(name, "_"): // is for compilers and C's library, but for C++
		return !strings.HasPrefix(name, "_ZN") && (len(name) < 3 || !strings.HasPrefix(name, "_Z") ||
			name[2] < '1' || name[2] > '9')
	case strings.HasPrefix(name, "llvm."), strings.HasPrefix(name, "omp_"), strings.HasPrefix(name, "objc_"):
		return true
	}
	return knownNames()[name]
}
