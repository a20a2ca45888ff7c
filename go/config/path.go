package config

import (
	"fmt"
	"path/filepath"
	"strings"

	"thinrex/go/host"
	"thinrex/go/option"
)

// absolutePath returns an option's value with the path in it, if it has one, made
// absolute: relative to dir, or below the home folder if it begins with ~/. With
// dir "" only the latter is done.
func absolutePath(row option.Row, value, dir string) (string, error) {
	scope := ""
	switch row.Path {
	case option.NoPath:
		return value, nil
	case option.PathAfterScope:
		if i := strings.IndexByte(value, '='); i >= 0 {
			scope, value = value[:i+1], value[i+1:]
		}
		if !strings.ContainsAny(value, `/\`) { // to be found on PATH
			return scope + value, nil
		}
	}
	if value == "" {
		return scope, nil
	}
	if rest, ok := strings.CutPrefix(value, "~/"); ok {
		home, err := host.HomeDir()
		if err != nil {
			return "", fmt.Errorf("%s: %w", value, err)
		}
		return scope + filepath.Join(home, rest), nil
	}
	if dir == "" || filepath.IsAbs(value) {
		return scope + value, nil
	}
	return scope + filepath.Join(dir, value), nil
}
