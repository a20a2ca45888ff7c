package store

import (
	"os"
	"path/filepath"
	"runtime"

	"thinrex/go/host"
	"thinrex/go/option"
)

// Options say where the disk cache is and what it keeps.
type Options struct {
	Dir    string // "" for no cache
	Policy string // as ParsePolicy takes it
}

// DefaultPolicy is more careful than lld's own: the folder is in the home
// folder, where users don't expect it to grow, or shared with Bazel, which has no
// limit. Two weeks outlive a holiday. Half of what is free grows and shrinks with
// the disk.
const DefaultPolicy = "prune_after=336h:cache_size=50%"

// Rows sets the defaults and describes the options.
func (o *Options) Rows() []option.Row {
	return []option.Row{
		{
			Name:  "disk_cache",
			Value: option.Text(&o.Dir, DefaultDir()),
			Group: option.Cache,
			Usage: "`folder` that keeps results, as Bazel's flag of that name; empty for none",
			Doc: "folder that keeps results, in the layout of Bazel's `--disk_cache`; empty for none (what is " +
				"remembered of this machine, such as the compiler's digest, then lies in `~/.cache/thinrex` all the same)",
			Default: "`~/.cache/thinrex`",
			Path:    option.WholePath,
			BazelAttribute: "Path of the folder that keeps results, absolute or below `~/`, such as that of Bazel's " +
				"`--disk_cache`; `none` for none. By default what `config` says, or else `~/.cache/thinrex`. Links in " +
				"a sandbox can't write it: build with `--strategy=CppLink=local`, or with `--sandbox_writable_path` of " +
				"that folder, which must exist. Bazel 7 and later give sandboxes a /tmp of their own: below /tmp, add " +
				"`--sandbox_add_mount_pair` of it.",
		},
		{
			Name:  "thinlto_cache_policy",
			Value: option.Text(&o.Policy, DefaultPolicy),
			Group: option.Cache,
			Usage: "what --disk_cache keeps, `policy` as lld's --thinlto-cache-policy takes it",
			Doc:   "what `--disk_cache` keeps: see [Pruning](#pruning)",
		},
	}
}

// DefaultDir is $XDG_CACHE_HOME/thinrex, or the folder for caches that this
// system has in its place; "" (no cache) if no home folder is known. Bazel's
// actions have no variable HOME: the password database names the folder then.
func DefaultDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		home, err := host.HomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, cacheBelowHome(runtime.GOOS))
	}
	return filepath.Join(dir, "thinrex")
}

func cacheBelowHome(system string) string {
	switch system {
	case "darwin":
		return "Library/Caches"
	case "windows":
		return `AppData\Local`
	}
	return ".cache"
}
