package config

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
)

// isPath tells options whose values are paths: in a configuration file they
// are relative to its folder, and ~/ is the home folder everywhere.
var isPath = map[string]bool{
	"base_dir": true, "bazelrc": true, "config": true, "disk_cache": true, "extra_input": true, "sandbox_base": true, "summary_file": true,
	"tls_certificate": true, "tls_client_certificate": true, "tls_client_key": true,
}

// resolve returns the option's value with its path, if it is one, relative to
// dir. With dir "" only ~/ is expanded.
func resolve(name, value, dir string) (string, error) {
	scope := ""
	if name == "credential_helper" {
		if i := strings.IndexByte(value, '='); i >= 0 {
			scope, value = value[:i+1], value[i+1:]
		}
		if !strings.ContainsAny(value, `/\`) { // to be found on PATH
			return scope + value, nil
		}
	} else if !isPath[name] || value == "" {
		return value, nil
	}
	if rest, ok := strings.CutPrefix(value, "~/"); ok {
		home, err := homeDir()
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

// homeDir returns the user's home folder: by the environment, or else by the
// password database.
func homeDir() (string, error) {
	home, err := os.UserHomeDir()
	if err == nil {
		return home, nil
	}
	if u, e := user.Current(); e == nil && u.HomeDir != "" {
		return u.HomeDir, nil
	}
	return "", err
}

// expandPaths expands ~/ in what flags and the environment have set.
func expandPaths(fs *pflag.FlagSet) (err error) {
	fs.VisitAll(func(f *pflag.Flag) {
		if !f.Changed || err != nil {
			return
		}
		var path string
		list, ok := f.Value.(pflag.SliceValue)
		if !ok {
			if path, err = resolve(f.Name, f.Value.String(), ""); err == nil && isPath[f.Name] {
				err = f.Value.Set(path)
			}
			return
		}
		paths := list.GetSlice()
		for i := range paths {
			if paths[i], err = resolve(f.Name, paths[i], ""); err != nil {
				return
			}
		}
		err = list.Replace(paths)
	})
	return err
}
