package doctor

import (
	"context"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"thinrex/go/clang"
	"thinrex/go/host"
	"thinrex/go/host/filedigest"
)

// Versions of LLVM: DTLTO came with the first, the tests run up to the last.
const (
	firstVersion = 22
	lastVersion  = 24
)

const install = "install clang and lld of LLVM 22 to 24 (Debian: apt install clang-22 lld-22), " +
	"or name the compiler: thinrex doctor -- /path/to/clang++"

// checkCompiler finds the compiler and its version.
func (d *examination) checkCompiler(ctx context.Context) {
	const check = "compiler"
	if len(d.Compiler) == 0 {
		d.broken(check, install, "there is no clang-22, clang-23, clang-24 or clang on the PATH")
		return
	}
	path, err := clang.Locate(d.Compiler[0], ".")
	if err != nil {
		d.broken(check, install, "%v", err)
		return
	}
	version, err := (&clang.Compiler{Path: path}).LLVMVersion(ctx, clang.ResolveOptions{Env: host.Inherited()})
	if err != nil {
		d.broken(check, install, "%v", err)
		return
	}
	switch major := majorOf(version); {
	case major < firstVersion:
		d.broken(check, install, "%s is clang %s; distributed ThinLTO (DTLTO) came with LLVM 22", path, version)
		return
	case major > lastVersion:
		d.warn(check, "if something is wrong, try LLVM 24", "%s is clang %s; thinrex is tested with LLVM 22 to 24",
			path, version)
	default:
		d.ok(check, "%s is clang %s", path, version)
	}
	d.path, d.version = path, version
}

// checkLinker finds the lld that the compiler starts, and whether both know DTLTO.
func (d *examination) checkLinker(ctx context.Context) {
	const check = "linker"
	if d.path == "" {
		return
	}
	args := slices.Concat(d.Compiler[1:], d.chooseLLD(), d.throughThinrex(),
		[]string{"-flto=thin", "-###", "-x", "ir", os.DevNull})
	commands, err := run(ctx, d.command(args))
	command := lastCommand(commands)
	if err != nil || len(command) == 0 {
		d.broken(check, install, "%s starts no lld: %s", d.path, gist(commands))
		return
	}
	linker := command[0]
	printed, err := run(ctx, host.Process{Path: linker, Args: []string{"--version"}, Env: host.Inherited()})
	m := regexp.MustCompile(`LLD (\d+\.\d+\.\d+)`).FindStringSubmatch(printed)
	if err != nil || m == nil {
		d.broken(check, install, "%s, which %s starts, isn't lld: it prints %s", linker, d.path, gist(printed))
		return
	}
	version := m[1]
	help, err := run(ctx, host.Process{Path: linker, Args: []string{"-help"}, Env: host.Inherited()})
	switch {
	case err != nil || !strings.Contains(help, "thinlto-distributor"):
		d.broken(check, install, "%s is lld %s, which doesn't know distributed ThinLTO (DTLTO): it came with LLVM 22",
			linker, version)
		return
	case !slices.Contains(command, "--thinlto-distributor="+d.Program):
		d.broken(check, "give the linker its own flags: thinrex flags --for=lld-link prints them",
			"%s doesn't pass -fthinlto-distributor on to %s", d.path, linker)
		return
	case majorOf(version) != majorOf(d.version):
		d.warn(check, "install lld "+strconv.Itoa(majorOf(d.version))+", or name one by --ld-path=",
			"%s is lld %s, but the compiler is %s: each may not understand what the other writes",
			linker, version, d.version)
	default:
		d.ok(check, "%s is lld %s, which knows distributed ThinLTO (DTLTO)", linker, version)
	}
	d.linker = linker
	d.checkBackend(ctx, valueOf("--thinlto-remote-compiler=", command))
}

// checkBackend checks whether what the compiler makes that lld has jobs run by can be
// cached. It is the compiler itself, or what a script in its place starts.
func (d *examination) checkBackend(ctx context.Context, path string) {
	const check = "backend"
	resolution := d.resolution()
	c, err := clang.Resolve(ctx, path, resolution)
	if err != nil {
		d.broken(check, install, "%v", err)
		return
	}
	names, err := c.NeededVariables(ctx, resolution, host.Inherited())
	switch {
	case err != nil:
		d.broken(check, install, "%v", err)
	case len(names) > 0:
		d.warn(check, "give --action_env="+strings.Join(names, " --action_env="),
			"nothing is cached: which compiler %s runs depends on %s", c.Path, strings.Join(names, " and "))
	case c.Unknown != "":
		d.warn(check, "", "nothing is cached: %s", c.Unknown)
	default:
		d.ok(check, "jobs run %s; its digest is in their keys", c.Path)
	}
	d.backend = c
}

// resolution says how jobs run the compiler.
func (d *examination) resolution() clang.ResolveOptions {
	return clang.ResolveOptions{
		Dir:   ".",
		Args:  []string{"-c"},
		Env:   host.Environ(d.Env),
		Files: filedigest.Open("", d.Function),
	}
}

// chooseLLD asks for lld, unless the user's own arguments name a linker.
func (d *examination) chooseLLD() []string {
	names := func(arg string) bool {
		return strings.HasPrefix(arg, "-fuse-ld=") || strings.HasPrefix(arg, "--ld-path=")
	}
	if slices.ContainsFunc(d.Compiler[1:], names) {
		return nil
	}
	return []string{"-fuse-ld=lld"}
}

func (d *examination) throughThinrex() []string {
	return []string{"-fthinlto-distributor=" + d.Program}
}

// command runs the compiler as the user does.
func (d *examination) command(args []string) host.Process {
	return host.Process{Path: d.path, Args: args, Env: host.Inherited()}
}

// lastCommand returns the words of the last command that clang -### prints.
func lastCommand(commands string) (words []string) {
	lines := regexp.MustCompile(`(?m)^ ".*$`).FindAllString(commands, -1)
	if len(lines) == 0 {
		return nil
	}
	plain := strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\$`, `$`)
	for _, word := range regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`).FindAllStringSubmatch(lines[len(lines)-1], -1) {
		words = append(words, plain.Replace(word[1]))
	}
	return words
}

// valueOf returns what follows a flag's name in a command.
func valueOf(flag string, command []string) string {
	for _, word := range command {
		if value, ok := strings.CutPrefix(word, flag); ok {
			return value
		}
	}
	return ""
}

func majorOf(version string) int {
	major, _, _ := strings.Cut(version, ".")
	n, _ := strconv.Atoi(major) // versions come from regular expressions
	return n
}
