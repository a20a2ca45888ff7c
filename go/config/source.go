package config

import (
	"fmt"
	"slices"
	"strings"

	"thinrex/go/option"
)

// A Place is where an option can be given.
type Place string

// The places, in the order in which they count.
const (
	Flag     Place = "flag"
	Variable Place = "variable"
	File     Place = "file" // thinrex.toml, or what --config names
	BazelRC  Place = "bazelrc"
	Default  Place = "default"
)

// A Source says which place has given an option its value.
type Source struct {
	Place Place
	Name  string // of the flag, the variable or the file; "" for a default
	Line  int    // in the file; 0 elsewhere
}

// String names the source for a person.
func (s Source) String() string {
	switch s.Place {
	case File, BazelRC:
		return fmt.Sprintf("%s:%d", s.Name, s.Line)
	case Default:
		return string(Default)
	}
	return s.Name
}

// isFrom notes that an option has been set.
func (f *Flags) isFrom(name string, s Source) {
	f.set.Lookup(name).Changed = true
	f.sources[name] = s
}

// An Effective option is one as it is in force.
type Effective struct {
	option.Row
	Values []string // one, unless it is a list; secrets are hidden
	Source Source
}

// Effective lists all options, by name.
func (f *Flags) Effective() (all []Effective) {
	for _, row := range f.rows {
		values := []string{row.Value.String()}
		if list, ok := row.Value.(option.List); ok {
			values = slices.Clone(list.GetSlice())
		}
		if row.Secret {
			for i, value := range values {
				values[i] = withoutSecret(value)
			}
		}
		all = append(all, Effective{row, values, f.sourceOf(row.Name)})
	}
	return all
}

func (f *Flags) sourceOf(name string) Source {
	if s, ok := f.sources[name]; ok {
		return s
	}
	if f.IsGiven(name) {
		return Source{Place: Flag, Name: "--" + name}
	}
	return Source{Place: Default}
}

// withoutSecret keeps the name of NAME=VALUE.
func withoutSecret(value string) string {
	name, _, ok := strings.Cut(value, "=")
	if !ok {
		return "(hidden)"
	}
	return name + "=(hidden)"
}

// File returns the configuration file that Complete has read, "" for none.
func (f *Flags) File() string { return f.file }

// ofScripts begin the names of variables of this repository's scripts.
var ofScripts = []string{"THINREX_BAZEL_", "THINREX_E2E_", "THINREX_INSTALLS_", "THINREX_LLVM_", "THINREX_PACKAGE_"}

// Unknown returns the variables of an environment that are called as if they gave an
// option, and give none: their names may be misspelt.
func (f *Flags) Unknown(environment []string) (names []string) {
	known := map[string]bool{}
	for _, row := range f.rows {
		for _, name := range row.Names() {
			known[option.Variable(name)] = true
		}
	}
	for _, entry := range environment {
		name, _, _ := strings.Cut(entry, "=")
		isOfScript := slices.ContainsFunc(ofScripts, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
		if strings.HasPrefix(name, option.Variable("")) && !known[name] && !isOfScript {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Ignored returns the thinrex.toml files in the working directory and its parents that
// Complete doesn't read because they belong to somebody else.
func Ignored() (paths []string) {
	upwards, _ := namesUpwards()
	for _, path := range upwards {
		if !isFile(path) {
			continue
		}
		if !isForeign(path) {
			break // this one is read
		}
		paths = append(paths, path)
	}
	return paths
}
