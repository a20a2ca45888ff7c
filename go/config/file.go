package config

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/pflag"
)

const fileName = "thinrex.toml"

// findFile returns the configuration file to read: the one that was asked
// for, or the first of thinrex.toml in the working directory and its parents,
// and in the user's configuration folder. It returns "" when there is none.
func findFile(asked string) (string, error) {
	if asked != "" {
		return asked, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		path := filepath.Join(dir, fileName)
		if isFile(path) && !isForeign(path) {
			return path, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	if dir, err := os.UserConfigDir(); err == nil {
		if path := filepath.Join(dir, "thinrex", fileName); isFile(path) {
			return path, nil
		}
	}
	return "", nil
}

func isFile(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && fi.Mode().IsRegular()
}

// fromFile sets each option that the file names and nothing else has set.
func fromFile(flags *pflag.FlagSet, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	var keys map[string]any
	if err := toml.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &keys); err != nil {
		var where *toml.DecodeError
		if errors.As(err, &where) {
			line, column := where.Position()
			return fmt.Errorf("%s:%d:%d: %w", path, line, column, err)
		}
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		f := flags.Lookup(key)
		if f == nil || f.Hidden || f.Name == "config" {
			return fmt.Errorf("%s: unknown option %q (thinrex --help lists them)", path, key)
		}
		if f.Changed {
			continue
		}
		f.Changed = true
		if err := setFromFile(f, keys[key], filepath.Dir(path)); err != nil {
			return fmt.Errorf("%s: %s: %w", path, key, err)
		}
	}
	return nil
}

func setFromFile(f *pflag.Flag, value any, dir string) error {
	values := []any{value}
	if list, ok := value.([]any); ok {
		if _, takesList := f.Value.(pflag.SliceValue); !takesList {
			return errors.New("takes one value, not a list")
		}
		values = list
	}
	for _, v := range values {
		var text string
		switch v := v.(type) {
		case string:
			path, err := resolve(f.Name, v, dir)
			if err != nil {
				return err
			}
			text = path
		case bool, int64:
			text = fmt.Sprint(v)
		default:
			return errors.New("takes strings, whole numbers and booleans only") // what it is may be a secret
		}
		if err := set(f, text); err != nil {
			return err
		}
	}
	return nil
}
