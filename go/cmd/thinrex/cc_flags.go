package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// linkFlagNames lists the options that mean nothing to a compilation. From a
// variable or a configuration file they may come: links share these.
func linkFlagNames() []string {
	return []string{
		"jobs", "keep_going", "remote_compiler", "remote_default_exec_properties", "remote_execution_timeout", "remote_jobs",
		"remote_patience", "summary_file", "toolchain",
	}
}

// checkCCFlags refuses flags that would be ignored. It is to be asked before
// other places give options.
func checkCCFlags(flags *pflag.FlagSet) error {
	for _, name := range linkFlagNames() {
		if f := flags.Lookup(name); f != nil && f.Changed {
			return fmt.Errorf("--%s is for links: thinrex cc has no use for it", name)
		}
	}
	return nil
}

// hideLinkFlags leaves these options out of a command's help.
func hideLinkFlags(cmd *cobra.Command) {
	cmd.SetUsageFunc(func(c *cobra.Command) error {
		for _, name := range linkFlagNames() {
			if f := c.Root().PersistentFlags().Lookup(name); f != nil {
				f.Hidden = true
			}
		}
		return c.Root().UsageFunc()(c)
	})
}

// checkBaseDir fails for a folder below which there is nothing.
func checkBaseDir(dir string) error {
	if dir == "" {
		return nil
	}
	if fi, err := os.Stat(dir); !filepath.IsAbs(dir) || err != nil || !fi.IsDir() {
		return fmt.Errorf("--base_dir=%s: give the absolute path of a folder", dir)
	}
	return nil
}

// ccEnvironment returns env with what --action_env sets. A name without a value
// is passed on, as all of env is.
func ccEnvironment(env, actionEnv []string) []string {
	for _, entry := range actionEnv {
		name, _, given := strings.Cut(entry, "=")
		if !given {
			continue
		}
		env = slices.DeleteFunc(slices.Clone(env), func(old string) bool { return strings.HasPrefix(old, name+"=") })
		env = append(env, entry)
	}
	return env
}
