package canon

import (
	"slices"
	"strings"
)

// hermetic returns arguments that keep everything out of an object that isn't part of
// its action.
func hermetic(args []string) []string {
	// clang.cfg beside the compiler holds more arguments.
	more := []string{"--no-default-config"}
	switch target := targetOf(args); {
	case strings.Contains(target, "windows"):
		// The time of day in the COFF header; the compiler's path, command line
		// and working directory in CodeView.
		more = append(more, "-mno-incremental-linker-compatible", "-Xclang", "-gno-codeview-command-line")
	case strings.HasPrefix(target, "aarch64") && !slices.Contains(args, "-moutline-atomics"):
		// The driver turns it on if the GCC that it finds has it. Functions that clang
		// compiled have an attribute for it; for others, lld has it off in process.
		more = append(more, "-mno-outline-atomics")
	}
	return more
}

// targetOf returns the value of the last --target=; "" if there is none.
func targetOf(args []string) string {
	for _, arg := range slices.Backward(args) {
		if target, ok := strings.CutPrefix(arg, "--target="); ok {
			return target
		}
	}
	return ""
}
