package link

import (
	"os"
	"strings"

	"thinrex/go/clang"
)

// compilerPath is the PATH of a compilation: fixed, so that it doesn't differ
// from machine to machine, and enough for a wrapper script.
const compilerPath = "/usr/local/bin:/usr/bin:/bin"

// Environment returns the compiler's whole environment, for Options.Env: a fixed
// part, the variables by which glibc's libm would choose in the linker's own
// process, too, and the entries of --action_env. Of these, NAME=VALUE sets a
// variable and NAME passes one on.
func Environment(actionEnv []string) map[string]string {
	env := map[string]string{"PATH": compilerPath}
	for _, entry := range clang.ProcessorVariables(os.Environ()) {
		name, value, _ := strings.Cut(entry, "=")
		env[name] = value
	}
	for _, entry := range actionEnv {
		name, value, given := strings.Cut(entry, "=")
		if !given {
			if value, given = os.LookupEnv(name); !given {
				continue
			}
		}
		env[name] = value
	}
	return env
}
