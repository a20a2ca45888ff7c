// Package backend reads the command of one ThinLTO backend, as Bazel's feature thin_lto,
// Buck2 and Chromium's GN give it to clang, and writes it as a dist-file with one job:
//
//	clang -O2 -c -x ir m.o -fthinlto-index=m.o.thinlto.bc -o m.native.o
//
// Package link then treats it like a job of lld's. A command that means what lld asks for
// gets lld's very arguments, and so the same key. See docs/compile.md.
package backend

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"thinrex/go/bitcode"
	"thinrex/go/clang"
	"thinrex/go/host"
	"thinrex/go/link/distfile"
)

const indexOption = "-fthinlto-index="

// A Command is the command of a backend, of which every argument is known.
type Command struct {
	Program               string // the compiler, as it was called
	Module, Index, Object string // paths

	// Forgotten: the index doesn't name Module. clang then leaves out what the module defines,
	// without a message (see findings/thinlto-backend-forgets-renamed-module.sh).
	Forgotten bool

	imports []string // paths of the modules that the index names, less Module
	flags   flags
}

// IsBackend reports whether a compiler's arguments are those of a backend. Response files
// are looked into; of one that can't be read, the compiler may tell.
func IsBackend(args []string) bool {
	names := func(args []string) bool {
		return slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, indexOption) })
	}
	if !slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "@") }) {
		return names(args)
	}
	expanded, err := clang.ExpandResponseFiles(args)
	return err == nil && names(expanded)
}

// Parse parses a backend's command, and reads its index. env is the compiler's
// environment. The error says why the command must run as it was given.
func Parse(program string, args, env []string) (*Command, error) {
	for _, entry := range env {
		if name, value, _ := strings.Cut(entry, "="); value != "" && clang.Redirects(name) {
			return nil, fmt.Errorf("the environment variable %s changes what the compiler does (unset it)", name)
		}
	}
	driver, err := clang.DriverOf(program)
	if err != nil {
		return nil, err
	}
	if name := strings.TrimRight(driver.Name, "0123456789.-"); name != "clang" && name != "clang++" {
		return nil, fmt.Errorf("the name %s may choose a target (call the compiler clang, and give --target=)", driver.Name)
	}
	if args, err = clang.ExpandResponseFiles(args); err != nil {
		return nil, err
	}
	p := &parser{Command: &Command{Program: program}, rest: args}
	for len(p.rest) > 0 {
		if err := p.parseArgument(p.takeArgument()); err != nil {
			return nil, err
		}
	}
	if err := p.checkComplete(); err != nil {
		return nil, err
	}
	return p.Command, p.readIndex()
}

// readIndex finds the modules that the index names, and checks that all files are there.
func (c *Command) readIndex() error {
	var paths []string
	if c.Index != os.DevNull {
		if err := isThere(c.Index); err != nil {
			return err
		}
		data, err := os.ReadFile(c.Index)
		if err != nil {
			return err
		}
		if len(data) == 0 {
			c.Index = os.DevNull // which means the same
		} else {
			index, err := bitcode.Parse(data)
			if err != nil {
				return fmt.Errorf("the index %s can't be read: %w", c.Index, err)
			}
			paths = index.Paths()
		}
	}
	for _, path := range append([]string{c.Module}, paths...) {
		if err := isThere(path); err != nil {
			return err
		}
		if filepath.Clean(path) == filepath.Clean(c.Object) {
			return fmt.Errorf("%s is read and written", path)
		}
	}
	c.Forgotten = len(paths) > 0 && !slices.Contains(paths, c.Module)
	c.imports = slices.DeleteFunc(paths, func(path string) bool { return path == c.Module })
	return nil
}

// isThere fails for what isn't a regular file that each process would read alike.
func isThere(path string) error {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	return host.CheckFile(path)
}

// notCached are parts of the names of targets. On Windows, objects hold the time of day and
// the compiler's arguments. For Apple's systems and AIX, clang reads variables of the
// environment, such as MACOSX_DEPLOYMENT_TARGET, SDKROOT and OBJECT_MODE.
var notCached = []string{
	"windows", "win32", "mingw", "cygwin", "uefi",
	"apple", "darwin", "macos", "ios", "tvos", "watchos", "xros", "visionos", "driverkit", "bridgeos",
	"aix",
}

// File returns the dist-file that the command stands for, with the compiler that was found
// for it. It fails for a compiler that takes arguments from a file, which an action doesn't
// have, and for targets whose objects depend on more than the command and its files.
func (c *Command) File(compiler *clang.Compiler) (*distfile.File, error) {
	if path := compiler.ConfigurationFile(c.flags.target); path != "" && !c.flags.unconfigured {
		return nil, fmt.Errorf("the compiler reads %s (--no-default-config keeps it from that)", path)
	}
	target := cmp.Or(c.flags.target, compiler.Defaults.Target)
	if slices.ContainsFunc(notCached, func(system string) bool { return strings.Contains(target, system) }) {
		return nil, fmt.Errorf("objects for %s aren't cached", target)
	}
	return &distfile.File{
		Common: distfile.Common{Args: append([]string{c.Program}, c.flags.arguments(compiler.Defaults)...)},
		Jobs: []distfile.Job{{
			Args:    []string{c.Module, indexOption + c.Index, "-o", c.Object},
			Inputs:  append([]string{c.Module, c.Index}, c.imports...),
			Outputs: []string{c.Object},
		}},
	}, nil
}
