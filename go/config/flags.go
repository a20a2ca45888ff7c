// Package config finds the values of the program's options: in flags, then in
// THINREX_* variables, then in a thinrex.toml, then in Bazel's rc files. The first
// of these that has an option wins.
//
// It knows no single option but its own two, --config and --bazelrc. What the
// others are, the packages that use them say in an option.Row each.
package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"thinrex/go/option"
)

// Flags are the options of a command line. Complete adds what other places say.
type Flags struct {
	set      *pflag.FlagSet
	rows     []option.Row // in the order of their names
	byName   map[string]option.Row
	official map[pflag.NormalizedName]string // of second names: the first
	sources  map[string]Source               // by name, of options that Complete has set
	file     string                          // the configuration file that Complete has read; "" for none
}

// Define makes a flag of each row in set, and a flag --noNAME of each switch.
// set and the flag sets of all commands that share it must use Normalize.
func Define(set *pflag.FlagSet, rows []option.Row) *Flags {
	f := &Flags{
		set:      set,
		byName:   map[string]option.Row{},
		official: map[pflag.NormalizedName]string{},
		sources:  map[string]Source{},
	}
	for _, row := range rows {
		f.byName[row.Name] = row
		for _, name := range row.SecondNames {
			f.official[pflag.NormalizedName(name)] = row.Name
		}
		flag := set.VarPF(row.Value, row.Name, "", row.Usage)
		if option.IsSwitch(row.Value) {
			flag.NoOptDefVal = "true"
			no := set.VarPF(negation{flag}, "no"+row.Name, "", "turns --"+row.Name+" off")
			no.NoOptDefVal, no.Hidden = "true", true
		}
	}
	set.VisitAll(func(flag *pflag.Flag) {
		if row, ok := f.byName[flag.Name]; ok {
			f.rows = append(f.rows, row)
		}
	})
	return f
}

// Normalize makes - and _ in a flag's name alike, as in Bazel, and replaces
// second names.
func (f *Flags) Normalize(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	name = strings.ReplaceAll(name, "-", "_")
	if first, ok := f.official[pflag.NormalizedName(name)]; ok {
		return pflag.NormalizedName(first)
	}
	if positive, negated := strings.CutPrefix(name, "no"); negated {
		if first, ok := f.official[pflag.NormalizedName(positive)]; ok {
			return pflag.NormalizedName("no" + first)
		}
	}
	return pflag.NormalizedName(name)
}

// A Given option has been set by a flag or, after Complete, by another place.
type Given struct {
	option.Row
	Values []string // one, unless it is a list
}

// Given lists the options that have been set, by name.
func (f *Flags) Given() (given []Given) {
	for _, row := range f.rows {
		if !f.IsGiven(row.Name) {
			continue
		}
		values := []string{row.Value.String()}
		if list, ok := row.Value.(option.List); ok {
			values = list.GetSlice()
		}
		given = append(given, Given{row, values})
	}
	return given
}

// IsGiven reports whether an option has been set.
func (f *Flags) IsGiven(name string) bool { return f.set.Lookup(name).Changed }

// Usages describes the options that keep chooses, as --help lists flags.
func (f *Flags) Usages(keep func(option.Row) bool) string {
	chosen := pflag.NewFlagSet("", pflag.ContinueOnError)
	for _, row := range f.rows {
		if keep(row) {
			chosen.AddFlag(f.set.Lookup(row.Name))
		}
	}
	return chosen.FlagUsages()
}

// Check refuses secrets on the command line that setValue refuses elsewhere, and paths
// that no shell has expanded. Complete does it, too; it is for commands that don't call
// Complete.
func (f *Flags) Check() error {
	for _, given := range f.Given() {
		for _, value := range given.Values {
			if _, err := absolutePath(given.Row, value, ""); err != nil {
				return fmt.Errorf("--%s: %w", given.Name, err)
			}
		}
	}
	for _, row := range f.rows {
		if c, ok := row.Value.(option.Checker); ok {
			if err := c.Check(); err != nil {
				return fmt.Errorf("--%s: %w", row.Name, err)
			}
		}
	}
	return nil
}

// setValue sets one value of an option from elsewhere than the command line.
func setValue(row option.Row, text string) error {
	if err := row.Value.Set(text); err != nil {
		return err
	}
	if c, ok := row.Value.(option.Checker); ok {
		return c.Check()
	}
	return nil
}

// negation is the pflag.Value of --noNAME.
type negation struct{ of *pflag.Flag }

func (n negation) Set(s string) error {
	if s != "true" {
		return errors.New("takes no value")
	}
	n.of.Changed = true
	return n.of.Value.Set("false")
}

func (n negation) String() string { return "" }
func (n negation) Type() string   { return "bool" }
