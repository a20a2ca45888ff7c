package main

import (
	"slices"
	"strings"
)

// ccEnvironment returns env with what --action_env sets. A name without a value
// is passed on, as all of env is.
func ccEnvironment(env, actionEnv []string) []string {
	for _, entry := range actionEnv {
		name, _, given := strings.Cut(entry, "=")
		if !given {
			continue
		}
		env = slices.DeleteFunc(slices.Clone(env), func(old string) bool { return strings.HasPrefix(old, name+"=") })
		env = append(env, entry)
	}
	return env
}
