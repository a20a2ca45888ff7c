package compile

import (
	"slices"
	"strings"
)

// Environment returns env with the entries of --action_env that set a variable
// (NAME=VALUE), for Options.Env. An entry that only passes a variable on (NAME)
// changes nothing: the compiler gets all of env.
func Environment(env, actionEnv []string) []string {
	for _, entry := range actionEnv {
		name, _, sets := strings.Cut(entry, "=")
		if !sets {
			continue
		}
		env = slices.DeleteFunc(slices.Clone(env), func(old string) bool { return strings.HasPrefix(old, name+"=") })
		env = append(env, entry)
	}
	return env
}

// VariableNames returns the names in the entries of --action_env, for
// Options.Named.
func VariableNames(actionEnv []string) (names []string) {
	for _, entry := range actionEnv {
		name, _, _ := strings.Cut(entry, "=")
		names = append(names, name)
	}
	return names
}

// UsesColours reports whether a compiler with this environment writes colours to a
// terminal, for Options.Colour.
//
// Source: terminalHasColors in llvm/lib/Support/Unix/Process.inc; NO_COLOR is
// clang's own.
func UsesColours(env []string) bool {
	var term string
	for _, entry := range env {
		switch name, value, _ := strings.Cut(entry, "="); {
		case name == "NO_COLOR" && value != "":
			return false
		case name == "TERM":
			term = value
		}
	}
	for _, name := range []string{"screen", "xterm", "vt100", "rxvt"} {
		if strings.HasPrefix(term, name) {
			return true
		}
	}
	return term == "ansi" || term == "cygwin" || term == "linux" || strings.HasSuffix(term, "color")
}
