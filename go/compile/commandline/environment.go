package commandline

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// environment returns those variables that have a say in what the compiler
// makes of its arguments, and those that are named, sorted. It fails on one
// that makes it read, write or run other things.
func environment(env, named []string) (relevant []string, err error) {
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		switch {
		case name == "SOURCE_DATE_EPOCH", name == "LLVM_OVERRIDE_PRODUCER": // empty is a value, too
			relevant = append(relevant, entry)
		case name == "PWD" && slices.Contains(named, name):
			return nil, errors.New("the variable PWD is the shell's")
		case name == "", value == "" && name != "CPATH" && !slices.Contains(named, name):
		case name == "CLANG_MODULE_CACHE_PATH", name == "CLANG_CRASH_DIAGNOSTICS_DIR", name == "CLANG_TOOLCHAIN_PROGRAM_TIMEOUT":
		case strings.HasPrefix(name, "CCC_"), strings.HasPrefix(name, "CC_PRINT_"), strings.HasPrefix(name, "CC_LOG_"),
			strings.HasPrefix(name, "CLANG_"), name == "RC_DEBUG_OPTIONS", name == "AS_SECURE_LOG_FILE",
			name == "LD_PRELOAD", name == "LD_AUDIT":
			return nil, fmt.Errorf("the variable %s changes what the compiler does", name)
		case strings.HasSuffix(name, "_INCLUDE_PATH"), name == "CPATH", name == "COMPILER_PATH",
			name == "NO_COLOR", name == "SDKROOT", strings.HasSuffix(name, "_DEPLOYMENT_TARGET"), slices.Contains(named, name):
			relevant = append(relevant, entry)
		}
	}
	slices.Sort(relevant)
	return relevant, nil
}
