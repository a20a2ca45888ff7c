package config

import (
	"fmt"
	"strings"

	"thinrex/go/option"
)

// Complete fills in what no flag has set: from the environment, then from the
// configuration file, then from Bazel's rc files. It also makes paths absolute or
// relative to the working directory. Afterwards an option counts as given if any
// of these places has set it.
func (f *Flags) Complete(o *Options, getenv func(string) (string, bool)) error {
	if err := f.Check(); err != nil {
		return err
	}
	if err := f.fromEnvironment(getenv); err != nil {
		return err
	}
	if err := f.expandHome(); err != nil {
		return err
	}
	file, err := findFile(o.File)
	if err != nil {
		return err
	}
	if f.file = file; file != "" {
		if err := f.fromFile(file); err != nil {
			return err
		}
	}
	return f.fromBazelRCs(o.BazelRCs)
}

func (f *Flags) fromEnvironment(getenv func(string) (string, bool)) error {
	for _, row := range f.rows {
		if f.IsGiven(row.Name) {
			continue
		}
		name, value, ok := variable(row, getenv)
		if !ok {
			continue
		}
		f.isFrom(row.Name, Source{Place: Variable, Name: name})
		values := []string{value}
		if _, list := row.Value.(option.List); list {
			values = strings.FieldsFunc(value, func(r rune) bool { return r == '\n' })
		}
		for _, v := range values {
			if err := setValue(row, v); err != nil {
				return fmt.Errorf("environment variable %s: %w", name, err)
			}
		}
	}
	return nil
}

// variable returns the environment variable that sets an option, under the
// option's own name or a second one.
func variable(row option.Row, getenv func(string) (string, bool)) (name, value string, ok bool) {
	for _, n := range row.Names() {
		name = option.Variable(n)
		if value, ok = getenv(name); ok && (value != "" || option.MeansSomethingEmpty(row.Value)) {
			return name, value, true
		}
	}
	return "", "", false
}

// expandHome replaces ~/ in what flags and variables have set: a shell doesn't do
// it behind an =.
func (f *Flags) expandHome() error {
	for _, given := range f.Given() {
		if given.Path == option.NoPath {
			continue
		}
		for i, value := range given.Values {
			path, err := absolutePath(given.Row, value, "")
			if err != nil {
				return fmt.Errorf("--%s: %w", given.Name, err)
			}
			given.Values[i] = path
		}
		var err error
		if list, ok := given.Value.(option.List); ok {
			err = list.Replace(given.Values)
		} else {
			err = given.Value.Set(given.Values[0])
		}
		if err != nil {
			return fmt.Errorf("--%s: %w", given.Name, err)
		}
	}
	return nil
}
