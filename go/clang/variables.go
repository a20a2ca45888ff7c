package clang

import "strings"

// Redirects reports whether a variable of the environment, if it isn't empty, makes clang
// read, write or run something that its arguments don't name. A command in such an
// environment isn't cached.
func Redirects(variable string) bool {
	switch variable {
	case "CLANG_MODULE_CACHE_PATH", "CLANG_CRASH_DIAGNOSTICS_DIR", "CLANG_TOOLCHAIN_PROGRAM_TIMEOUT":
		return false // these change nothing that is stored
	case "RC_DEBUG_OPTIONS", "AS_SECURE_LOG_FILE", "LD_PRELOAD", "LD_AUDIT":
		return true
	}
	for _, beginning := range []string{"CCC_", "CC_PRINT_", "CC_LOG_", "CLANG_"} {
		if strings.HasPrefix(variable, beginning) {
			return true
		}
	}
	return false
}
