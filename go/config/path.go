package config

import (
	"fmt"
	"path/filepath"
	"strings"

	"thinrex/go/host"
	"thinrex/go/option"
)

// absolutePath returns an option's value with the path in it, if it has one, made
// absolute: relative to dir, or below the home folder if it is ~ or begins with ~/. With
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
	if err := checkShellWords(value); err != nil {
		return "", err
	}
	if rest, ok := strings.CutPrefix(value+"/", "~/"); ok {
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

// checkShellWords refuses what a shell would have replaced. Otherwise a folder called
// $HOME would be made in the working directory.
func checkShellWords(path string) error {
	if strings.HasPrefix(path, "~") && path != "~" && !strings.HasPrefix(path, "~/") {
		return fmt.Errorf("%s: only ~/ stands for a home folder: write the whole path, or ./%s for a file of that name",
			path, path)
	}
	for name := range strings.SplitSeq(path, "/") {
		variable, ok := strings.CutPrefix(name, "$")
		if ok && variable != "" && strings.Contains("{_"+letters, variable[:1]) {
			return fmt.Errorf("%s: no shell replaces the variable here: write the whole path, or ~/ for the home folder", path)
		}
	}
	return nil
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
