// Package config holds thinrex's options and where they come from: flags,
// then THINREX_* variables, then a thinrex.toml. One definition, the flag,
// serves all three.
package config

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// Options are thinrex's options. Names and meanings are Bazel's, where Bazel
// has them.
type Options struct {
	ActionEnv              []string
	Config                 string
	DiskCache              string
	ExtraInput             []string
	Jobs                   jobs
	KeepGoing              bool
	RemoteCompiler         string
	RemoteExecutionTimeout time.Duration
	SandboxBase            string
	SummaryFile            string
	Verbose                bool
}

// EnvPrefix begins the environment variable of each option.
const EnvPrefix = "THINREX_"

// isPath tells options whose values are paths: in a configuration file they
// are relative to its folder, and ~/ is the home folder everywhere.
var isPath = map[string]bool{"disk_cache": true, "extra_input": true, "sandbox_base": true, "summary_file": true, "config": true}

// AddFlags defines the options' flags and defaults.
func (o *Options) AddFlags(fs *pflag.FlagSet) {
	fs.StringArrayVar(&o.ActionEnv, "action_env", nil, "set NAME=VALUE, or pass NAME on, for the compiler; part of the key")
	fs.StringVar(&o.Config, "config", "", "read this configuration `file` instead of searching for thinrex.toml")
	fs.StringVar(&o.DiskCache, "disk_cache", DefaultDiskCache(), "`folder` that keeps results, as Bazel's flag of that name; empty for none")
	fs.StringArrayVar(&o.ExtraInput, "extra_input", nil, "a `file` that the compiler reads and that neither the dist-file nor a known option names")
	fs.Var(&o.Jobs, "jobs", "how many compilations run at once, a `number` or auto for one per core")
	fs.BoolVar(&o.KeepGoing, "keep_going", false, "after a failed compilation, run the others all the same")
	fs.StringVar(&o.RemoteCompiler, "remote_compiler", "", "the compiler's `path` in actions, where a worker has it (default /usr/bin/clang-VERSION)")
	fs.DurationVar(&o.RemoteExecutionTimeout, "remote_execution_timeout", 10*time.Minute, "how long one compilation may take on a worker; part of the key")
	fs.StringVar(&o.SandboxBase, "sandbox_base", "", "`folder` in which compilations get private directories (default: the system's temporary folder)")
	fs.StringVar(&o.SummaryFile, "summary_file", "", "write a summary of the link to this `file` as JSON")
	fs.BoolVar(&o.Verbose, "verbose", false, "say on stderr how the link went")
}

// jobs is a pflag.Value: a positive number, or auto.
type jobs int

// Count is the number of compilations that may run at once.
func (j jobs) Count() int {
	if j == 0 {
		return runtime.NumCPU()
	}
	return int(j)
}

func (j *jobs) Set(s string) error {
	if s == "auto" {
		*j = 0
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return fmt.Errorf("%q is neither a positive number nor auto", s)
	}
	*j = jobs(n)
	return nil
}

func (j *jobs) String() string {
	if *j == 0 {
		return "auto"
	}
	return strconv.Itoa(int(*j))
}

func (j *jobs) Type() string { return "number" }

// DefaultDiskCache is $XDG_CACHE_HOME/thinrex or what stands in for it on
// this system; "" (no cache) when there is no home folder either.
func DefaultDiskCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "thinrex")
}

// Normalize makes - and _ in a flag's name alike, as in Bazel.
func Normalize(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	return pflag.NormalizedName(strings.ReplaceAll(name, "-", "_"))
}

// Complete fills in what no flag has set, from the environment and then the
// configuration file, and expands paths. Afterwards a flag counts as changed
// if any of the three has set it. Flags that aren't options (help) must not be
// in fs.
func Complete(fs *pflag.FlagSet, getenv func(string) (string, bool)) error {
	if err := fromEnvironment(fs, getenv); err != nil {
		return err
	}
	file, err := findFile(fs.Lookup("config").Value.String())
	if err != nil {
		return err
	}
	if file != "" {
		if err := fromFile(fs, file); err != nil {
			return err
		}
	}
	return expandHome(fs)
}

func fromEnvironment(fs *pflag.FlagSet, getenv func(string) (string, bool)) (err error) {
	fs.VisitAll(func(f *pflag.Flag) {
		name := EnvPrefix + strings.ToUpper(f.Name)
		value, ok := getenv(name)
		if !ok || f.Changed || err != nil || value == "" && !takesEmpty(f) {
			return
		}
		f.Changed = true
		values := []string{value}
		if _, list := f.Value.(pflag.SliceValue); list {
			values = strings.FieldsFunc(value, func(r rune) bool { return r == '\n' })
		}
		for _, v := range values {
			if e := f.Value.Set(v); e != nil {
				err = fmt.Errorf("environment variable %s: %w", name, e)
			}
		}
	})
	return err
}

// takesEmpty reports whether an empty value means something for the option, as
// for --disk_cache= (none). For the others a variable that is empty is unset.
func takesEmpty(f *pflag.Flag) bool { return f.Value.Type() == "string" }

func expandHome(fs *pflag.FlagSet) (err error) {
	expand := func(path string) string {
		rest, ok := strings.CutPrefix(path, "~/")
		if !ok {
			return path
		}
		home, e := os.UserHomeDir()
		if e != nil {
			err = fmt.Errorf("%s: %w", path, e)
		}
		return filepath.Join(home, rest)
	}
	fs.VisitAll(func(f *pflag.Flag) {
		if !isPath[f.Name] || err != nil {
			return
		}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			paths := list.GetSlice()
			for i, p := range paths {
				paths[i] = expand(p)
			}
			err = list.Replace(paths)
			return
		}
		if v := f.Value.String(); v != "" {
			err = f.Value.Set(expand(v))
		}
	})
	return err
}
