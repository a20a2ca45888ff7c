package config

import "thinrex/go/option"

// Options say which files the program's options are read from.
type Options struct {
	File     string   // "" to search for thinrex.toml
	BazelRCs []string // FILE or FILE:CONFIG,...
}

// configName is the one option that a configuration file can't give.
const (
	configName  = "config"
	bazelrcName = "bazelrc"
)

// Rows sets the defaults and describes the options.
func (o *Options) Rows() []option.Row {
	return []option.Row{
		{
			Name:  configName,
			Value: option.Text(&o.File, ""),
			Group: option.General,
			Usage: "read this configuration `file` instead of searching for thinrex.toml",
			Path:  option.WholePath,
			BazelAttribute: "Path of a thinrex.toml to read instead of searching for one: absolute, below `~/` or, in " +
				"the extension's tags, relative to the main workspace. " +
				"The file isn't an input: what it says is in no action key.",
		},
		{
			Name:  bazelrcName,
			Value: option.Texts(&o.BazelRCs),
			Group: option.General,
			Usage: "take the options for remote caching and execution from Bazel's rc `file[:config]`, " +
				"if nothing else gives them",
			Doc: "take the options marked ᴮ from Bazel's rc file, if no flag, variable or thinrex.toml gives them; " +
				"repeatable. `always`, `common` and `build` lines, `startup --digest_function`, imports and configs as in " +
				"Bazel; relative paths start at the workspace's root",
			Path: option.WholePath,
			BazelAttribute: "Path of a .bazelrc, or `PATH:CONFIG` for one of its configurations, to take addresses, " +
				"headers and credentials of the remote cache or executor from. The path is absolute, below `~/` or, in the " +
				"extension's tags, relative to the main workspace. " +
				"The file isn't an input: what it says is in no action key.",
		},
	}
}
