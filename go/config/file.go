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
	"github.com/pelletier/go-toml/v2/unstable"

	"thinrex/go/option"
)

const fileName = "thinrex.toml"

// findFile returns the configuration file to read: the one that --config names,
// or the first thinrex.toml in the working directory, its parents and the user's
// configuration folder. It returns "" if there is none.
func findFile(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	upwards, err := namesUpwards()
	if err != nil {
		return "", err
	}
	for _, path := range upwards {
		if isFile(path) && !isForeign(path) {
			return path, nil
		}
	}
	if dir, err := os.UserConfigDir(); err == nil {
		if path := filepath.Join(dir, "thinrex", fileName); isFile(path) {
			return path, nil
		}
	}
	return "", nil
}

// namesUpwards returns what a thinrex.toml in the working directory and in each of its
// parents would be called.
func namesUpwards() (paths []string, err error) {
	dir, err := os.Getwd()
	for parent := ""; err == nil && parent != dir; dir, parent = filepath.Dir(dir), dir {
		paths = append(paths, filepath.Join(dir, fileName))
	}
	return paths, err
}

func isFile(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && fi.Mode().IsRegular()
}

// fromFile sets each option that the file names and nothing else has set.
func (f *Flags) fromFile(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var keys map[string]any
	if err := toml.Unmarshal(data, &keys); err != nil {
		if where, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, column := where.Position()
			return fmt.Errorf("%s:%d:%d: %w", path, line, column, err)
		}
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		row, known := f.byName[string(f.Normalize(nil, key))]
		if !known || row.Name == configName {
			return fmt.Errorf("%s:%d: %w", path, lineOf(key, data), f.unknownKey(key))
		}
		if f.IsGiven(row.Name) {
			continue
		}
		f.isFrom(row.Name, Source{Place: File, Name: path, Line: lineOf(key, data)})
		if err := setFromFile(row, keys[key], filepath.Dir(path)); err != nil {
			return fmt.Errorf("%s:%d: %s: %w", path, lineOf(key, data), key, err)
		}
	}
	return nil
}

// lineOf returns the number of the line on which a TOML file gives a key.
func lineOf(key string, data []byte) int {
	var parser unstable.Parser
	parser.Reset(data)
	for parser.NextExpression() {
		expression := parser.Expression()
		if kind := expression.Kind; kind != unstable.KeyValue && kind != unstable.Table && kind != unstable.ArrayTable {
			continue
		}
		if parts := expression.Key(); parts.Next() && string(parts.Node().Data) == key {
			return parser.Shape(parts.Node().Raw).Start.Line
		}
	}
	return 1 // not reached: the key was read from data
}

// setFromFile sets an option to a TOML value. Paths in it are relative to dir.
func setFromFile(row option.Row, value any, dir string) error {
	values := []any{value}
	if list, ok := value.([]any); ok {
		if _, takesList := row.Value.(option.List); !takesList {
			return errors.New("takes one value, not a list")
		}
		values = list
	}
	for _, v := range values {
		var text string
		switch v := v.(type) {
		case string:
			path, err := absolutePath(row, v, dir)
			if err != nil {
				return err
			}
			text = path
		case bool, int64:
			text = fmt.Sprint(v)
		default:
			// The error doesn't show the value, which may be a secret.
			return errors.New("takes strings, whole numbers and booleans only")
		}
		if err := setValue(row, text); err != nil {
			return err
		}
	}
	return nil
}
