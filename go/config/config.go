// Package config holds thinrex's options and where they come from: flags,
// then THINREX_* variables, then a thinrex.toml, then Bazel's rc files. One
// definition, the flag, serves all of them.
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

	"thinrex/go/digest"
)

// Options are thinrex's options. Names and meanings are Bazel's, where Bazel
// has them.
type Options struct {
	ActionEnv                   []string
	BaseDir                     string
	BazelRC                     []string // FILE or FILE:CONFIG,...
	CompileKeys                 CompileKeys
	Config                      string
	CredentialHelper            []string // PROGRAM or SCOPE=PROGRAM
	CredentialHelperTimeout     time.Duration
	DigestFunction              digest.Function
	DiskCache                   string
	ExecStrategy                ExecStrategy
	ExtraInput                  []string
	GoogleDefaultCredentials    bool
	GRPCKeepaliveTime           time.Duration // 0: no pings
	GRPCKeepaliveTimeout        time.Duration
	Jobs                        jobs
	KeepGoing                   bool
	RemoteAcceptCached          bool
	RemoteCache                 string
	RemoteCacheCompression      bool
	RemoteCacheHeader           []string // NAME=VALUE; the value may be a secret, here and in the other headers
	RemoteCompiler              string
	RemoteDefaultExecProperties []string // NAME=VALUE
	RemoteExecHeader            []string
	RemoteExecutionTimeout      time.Duration
	RemoteExecutor              string
	RemoteHeader                []string
	RemoteInstanceName          string
	RemoteJobs                  int           // at least 1
	RemoteMaxConnections        int           // 0: as many as needed
	RemotePatience              time.Duration // 0: for ever
	RemoteProxy                 string
	RemoteRetries               int
	RemoteTimeout               time.Duration
	RemoteUploadLocalResults    UploadLocalResults
	SandboxBase                 string
	SummaryFile                 string
	ThinLTOCacheMinInsts        int
	ThinLTOCachePolicy          string // as store.ParsePolicy has it
	TLSCertificate              string
	TLSClientCertificate        string
	TLSClientKey                string
	Toolchain                   Toolchain
	Verbose                     bool
}

// DefaultCachePolicy is more careful than lld's own: the folder is in the home
// folder, where the user hasn't reckoned with it, or shared with Bazel, which
// has no limit. Two weeks outlive a holiday. Half of what is free grows and
// shrinks with the disk.
const DefaultCachePolicy = "prune_after=336h:cache_size=50%"

// EnvPrefix begins the environment variable of each option.
const EnvPrefix = "THINREX_"

// otherNames are second names of options, as Bazel has had them.
var otherNames = map[string]string{"remote_cache_compression": "experimental_remote_cache_compression"}

// AddFlags defines the options' flags and defaults.
func (o *Options) AddFlags(fs *pflag.FlagSet) {
	fs.StringArrayVar(&o.ActionEnv, "action_env", nil, "set NAME=VALUE, or pass NAME on, for the compiler; part of the key")
	fs.StringVar(&o.BaseDir, "base_dir", "", "thinrex cc: make absolute paths below this `folder` relative, so that checkouts share results")
	o.CompileKeys = CompileKeysDirect
	fs.Var(among(&o.CompileKeys, CompileKeysDirect, CompileKeysIR, CompileKeysBoth), "compile_keys",
		"thinrex cc: what is looked up, direct (what the compiler reads), ir (what its front end makes of it) or both")
	fs.StringVar(&o.Config, "config", "", "read this configuration `file` instead of searching for thinrex.toml")
	fs.StringVar(&o.DiskCache, "disk_cache", DefaultDiskCache(), "`folder` that keeps results, as Bazel's flag of that name; empty for none")
	o.ExecStrategy = StrategyDefault
	fs.Var(among(&o.ExecStrategy, StrategyDefault, StrategyLocal, StrategyRemote, StrategyFallback, StrategyRacing), "exec_strategy",
		"where compilations run: local, remote, remote_local_fallback or racing (default: remote_local_fallback with an executor, else local)")
	fs.StringArrayVar(&o.ExtraInput, "extra_input", nil, "a `file` that the compiler reads and that neither the dist-file nor a known option names")
	fs.Var(&o.Jobs, "jobs", "how many compilations run at once, a `number` or auto for one per core")
	boolVar(fs, &o.KeepGoing, "keep_going", false, "after a failed compilation, run the others all the same")
	fs.StringVar(&o.RemoteCompiler, "remote_compiler", "", "the compiler's `path` in actions, where a worker has it (default /usr/bin/clang-VERSION)")
	durationVar(fs, &o.RemoteExecutionTimeout, "remote_execution_timeout", 10*time.Minute, "how long one compilation may take on a worker; part of the key")
	fs.StringVar(&o.SandboxBase, "sandbox_base", "", "`folder` in which compilations get private directories (default: TMPDIR, else memory, else the temporary folder)")
	fs.StringVar(&o.SummaryFile, "summary_file", "", "write a summary of the link to this `file` as JSON")
	intVar(fs, &o.ThinLTOCacheMinInsts, "thinlto_cache_min_insts", 1024, 0, "thinrex cc: modules with fewer LLVM instructions have no IR key")
	fs.StringVar(&o.ThinLTOCachePolicy, "thinlto_cache_policy", DefaultCachePolicy, "what --disk_cache keeps, `policy` as lld's --thinlto-cache-policy takes it")
	o.Toolchain = ToolchainImage
	fs.Var(among(&o.Toolchain, ToolchainImage, ToolchainUpload), "toolchain", "where a worker has the compiler from: its image, or an upload")
	boolVar(fs, &o.Verbose, "verbose", false, "say on stderr how the link went")
	o.addRemoteFlags(fs)
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
// this system, below the home folder that the password database has where no
// variable names one, as in Bazel's actions; "" (no cache) when it has none.
func DefaultDiskCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		home, err := homeDir()
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

// Normalize makes - and _ in a flag's name alike, as in Bazel, and knows
// second names.
func Normalize(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	name = strings.ReplaceAll(name, "-", "_")
	positive, negated := strings.CutPrefix(name, "no")
	if known, ok := otherNames[positive]; ok && negated {
		return pflag.NormalizedName("no" + known)
	}
	if known, ok := otherNames[name]; ok {
		name = known
	}
	return pflag.NormalizedName(name)
}

// Complete fills in what no flag has set, from the environment, then the
// configuration file, then Bazel's rc files, and makes paths whole. Afterwards
// a flag counts as changed if any of them has set it. Flags that aren't
// options (help) must not be in fs.
func Complete(fs *pflag.FlagSet, getenv func(string) (string, bool)) error {
	if err := Check(fs); err != nil {
		return err
	}
	if err := fromEnvironment(fs, getenv); err != nil {
		return err
	}
	if err := expandPaths(fs); err != nil {
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
	return fromBazelRC(fs)
}

// Check refuses on the command line what set refuses elsewhere.
func Check(fs *pflag.FlagSet) (err error) {
	fs.VisitAll(func(f *pflag.Flag) {
		if c, ok := f.Value.(checker); ok && err == nil {
			if e := c.check(); e != nil {
				err = fmt.Errorf("--%s: %w", f.Name, e)
			}
		}
	})
	return err
}

// A checker is a value that may be a secret. pflag's error for a value that
// Set refuses shows it, so Set takes all, and check refuses.
type checker interface{ check() error }

// set sets one value of an option that comes from elsewhere than a flag.
func set(f *pflag.Flag, value string) error {
	if err := f.Value.Set(value); err != nil {
		return err
	}
	if c, ok := f.Value.(checker); ok {
		return c.check()
	}
	return nil
}

func fromEnvironment(fs *pflag.FlagSet, getenv func(string) (string, bool)) (err error) {
	fs.VisitAll(func(f *pflag.Flag) {
		if f.Changed || f.Hidden || err != nil {
			return
		}
		name, value, ok := variable(f, getenv)
		if !ok {
			return
		}
		f.Changed = true
		values := []string{value}
		if _, list := f.Value.(pflag.SliceValue); list {
			values = strings.FieldsFunc(value, func(r rune) bool { return r == '\n' })
		}
		for _, v := range values {
			if e := set(f, v); e != nil {
				err = fmt.Errorf("environment variable %s: %w", name, e)
				return
			}
		}
	})
	return err
}

// variable returns the environment variable that sets the option, under its
// own name or a second one.
func variable(f *pflag.Flag, getenv func(string) (string, bool)) (name, value string, ok bool) {
	names := []string{f.Name}
	for other, known := range otherNames {
		if known == f.Name {
			names = append(names, other)
		}
	}
	for _, n := range names {
		name = EnvPrefix + strings.ToUpper(n)
		if value, ok = getenv(name); ok && (value != "" || takesEmpty(f)) {
			return name, value, true
		}
	}
	return "", "", false
}

// takesEmpty reports whether an empty value means something for the option, as
// for --disk_cache= (none). For the others a variable that is empty is unset.
func takesEmpty(f *pflag.Flag) bool { return f.Value.Type() == "string" }
