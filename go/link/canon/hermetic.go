package canon

import (
	"slices"
	"strings"
)

// hermetic returns arguments that keep out of an object what isn't in its
// action.
func hermetic(args []string) []string {
	// clang.cfg beside the compiler holds more arguments.
	more := []string{"--no-default-config"}
	switch target := targetOf(args); {
	case strings.Contains(target, "windows"):
		// The time of day in the COFF header; the compiler's path, command line
		// and working directory in CodeView.
		more = append(more, "-mno-incremental-linker-compatible", "-Xclang", "-gno-codeview-command-line")
	case strings.HasPrefix(target, "aarch64") && !slices.Contains(args, "-moutline-atomics"):
		// The driver turns it on by the GCC that it finds. Functions from clang say for
		// themselves whether they want it; for others lld, in process, has it off.
		more = append(more, "-mno-outline-atomics")
	}
	return more
}

// targetOf is the last --target=, "" for none.
func targetOf(args []string) string {
	for _, arg := range slices.Backward(args) {
		if target, ok := strings.CutPrefix(arg, "--target="); ok {
			return target
		}
	}
	return ""
}
