package commandline

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"thinrex/go/clang"
)

// environment returns the variables on which the compiler's work depends, and those
// in named, sorted. It fails for a variable that makes the compiler read, write or run
// something else.
func environment(env, named []string) (relevant []string, err error) {
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		switch {
		case name == "SOURCE_DATE_EPOCH", name == "LLVM_OVERRIDE_PRODUCER": // an empty value counts
			relevant = append(relevant, entry)
		case name == "PWD" && slices.Contains(named, name):
			return nil, errors.New("--action_env=PWD can't be cached: the shell sets this variable")
		case name == "", value == "" && name != "CPATH" && !slices.Contains(named, name):
		case clang.Redirects(name):
			return nil, fmt.Errorf("the environment variable %s changes what the compiler does (unset it)", name)
		case strings.HasSuffix(name, "_INCLUDE_PATH"),
			strings.HasSuffix(name, "_DEPLOYMENT_TARGET"),
			name == "CPATH",
			name == "COMPILER_PATH",
			name == "NO_COLOR",
			name == "SDKROOT",
			slices.Contains(named, name):
			relevant = append(relevant, entry)
		}
	}
	slices.Sort(relevant)
	return relevant, nil
}
