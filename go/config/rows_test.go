//go:build unix

package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"thinrex/go/cmd/thinrex/settings"
	"thinrex/go/config"
	"thinrex/go/option"
)

// program returns the rows of the program's options, and one of an option that no
// package has: adding a row must be enough for it to be read from everywhere.
func program() (rows []option.Row, options *config.Options) {
	var s settings.Settings
	rows = append(s.Rows(), option.Row{
		Name:        "new_option",
		SecondNames: []string{"newer_option"},
		Value:       option.Texts(new([]string)),
		Usage:       "the `thing` that is new",
		FromBazelRC: true,
		BazelNames:  []string{"bazels_option"},
		Path:        option.WholePath,
	})
	return rows, &s.Config
}

func workdir(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// read returns the option of a name as the flags, the environment and the files of
// the working directory set it, and which of them does.
func read(t *testing.T, name string, args []string, env map[string]string) (value, source string) {
	t.Helper()
	rows, options := program()
	fs := pflag.NewFlagSet("thinrex", pflag.ContinueOnError)
	flags := config.Define(fs, rows)
	fs.SetNormalizeFunc(flags.Normalize)
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	if err := flags.Complete(options, func(name string) (string, bool) { v, ok := env[name]; return v, ok }); err != nil {
		t.Fatal(err)
	}
	row := rows[slices.IndexFunc(rows, func(r option.Row) bool { return r.Name == name })]
	for _, e := range flags.Effective() {
		if e.Name == name {
			source = e.Source.String()
		}
	}
	return textOf(row.Value), source
}

// textOf prints a value, a secret, too.
func textOf(v option.Value) string {
	if list, ok := v.(option.List); ok {
		return strings.Join(list.GetSlice(), " ")
	}
	return v.String()
}

// example returns a text that sets a row's option to something other than its
// default, and what the option then prints.
func example(t *testing.T, name string) (text, printed string) {
	t.Helper()
	texts := []string{
		"/p", "/p/h", "unix:/p", "A=1", "7", "true", "false", "racing", "both", "upload", "blake3", "verify", "plain",
	}
	for _, text := range texts {
		rows, _ := program()
		row := rows[slices.IndexFunc(rows, func(r option.Row) bool { return r.Name == name })]
		before := textOf(row.Value)
		if row.Value.Set(text) != nil || textOf(row.Value) == before {
			continue
		}
		if c, ok := row.Value.(option.Checker); ok && c.Check() != nil {
			continue
		}
		return text, textOf(row.Value)
	}
	t.Fatalf("--%s: no example is accepted: add one", name)
	return "", ""
}

// Each option can be given by each of its names as a flag, a variable and a key of
// thinrex.toml, and in a .bazelrc if its row says so.
func TestEachOptionFromEachPlace(t *testing.T) {
	rows, _ := program()
	for _, row := range rows {
		if row.Name == "config" || row.Name == "bazelrc" { // each is a file of options, which isn't there
			continue
		}
		t.Run(row.Name, func(t *testing.T) {
			setUp(t)
			text, printed := example(t, row.Name)
			check := func(place string, args []string, env map[string]string, from string) {
				t.Helper()
				value, source := read(t, row.Name, args, env)
				if source != from || source != "default" && value != printed {
					t.Errorf("%s: %q from %q; want %q from %q", place, value, source, printed, from)
				}
			}
			rcIf := func(reads bool) string {
				if reads {
					return filepath.Join(workdir(t), "rc") + ":2"
				}
				return "default"
			}
			check("nothing", nil, nil, "default")
			for _, name := range row.Names() {
				flag, variable := "--"+strings.ReplaceAll(name, "_", "-")+"="+text, "THINREX_"+strings.ToUpper(name)
				check("flag "+name, []string{flag}, nil, "--"+row.Name)
				check("variable "+name, nil, map[string]string{variable: text}, variable)
				write(t, "thinrex.toml", fmt.Sprintf("\n\n%s = %q", name, text))
				check("key "+name, nil, nil, filepath.Join(workdir(t), "thinrex.toml")+":3")
				write(t, "thinrex.toml", "")
			}
			for _, name := range append(row.Names(), row.BazelNames...) {
				write(t, "rc", fmt.Sprintf("\nbuild --%s=%s", name, text))
				check(".bazelrc "+name, []string{"--bazelrc=rc"}, nil, rcIf(row.FromBazelRC))
				write(t, "rc", fmt.Sprintf("\nstartup --%s %s", name, text))
				check(".bazelrc, startup "+name, []string{"--bazelrc=rc"}, nil, rcIf(row.BazelStartup))
			}
		})
	}
}

// Which part of a value is a path follows from the row alone.
func TestPathsOfRows(t *testing.T) {
	rows, _ := program()
	for _, row := range rows {
		if row.Name == "config" || row.Name == "bazelrc" {
			continue
		}
		wants := map[option.Path]string{
			option.NoPath:         "some/a=some/p",
			option.WholePath:      "DIR/work/some/a=some/p",
			option.PathAfterScope: "some/a=DIR/work/some/p",
		}
		if row.Value.Set("some/a=some/p") != nil {
			if row.Path != option.NoPath {
				t.Errorf("--%s: takes no path, though its row has one", row.Name)
			}
			continue
		}
		t.Run(row.Name, func(t *testing.T) {
			dir := setUp(t)
			write(t, "../thinrex.toml", fmt.Sprintf("%s = 'some/a=some/p'", row.Name))
			want := strings.ReplaceAll(wants[row.Path], "DIR", dir)
			if row.Secret { // whose names hold no slash
				return
			}
			if value, _ := read(t, row.Name, nil, nil); value != want {
				t.Errorf("%q, want %q", value, want)
			}
		})
	}
}
