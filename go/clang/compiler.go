// Package clang knows clang: its command line and the program itself.
//
// Its table of options says of each what it reads and writes, and whether the result
// may be cached (Option, FindOption). Both wings ask it: link/canon for the jobs of a
// link, compile/commandline for compilations. Response files are expanded here, and
// the name by which the driver is called is interpreted (Driver).
//
// Resolve finds the compiler that runs here and gives it an identity, which is part
// of every key: equal wherever the same compiler is installed, and different for each
// compiler that could write another object. Portable lists the files of which it
// consists, for workers that don't have it.
package clang

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"thinrex/go/host/filedigest"
)

// A Compiler is one that can run on this machine.
type Compiler struct {
	Path     string // absolute, as it is run
	Name     string // what a canonical command calls it: clang-22
	Identity string // SHA-256 in hex over the compiler's bytes and version
	// Processor is the class of this machine's processor, by which the math library
	// chooses among its functions. It is part of Identity.
	Processor string
	// Launched are the arguments that tell a launcher what to start, where they are
	// paths of files. Identity covers these files.
	Launched []string
	Defaults Defaults
	// Unknown says why Identity doesn't cover everything that decides what the compiler
	// writes, so that nothing may be cached; "" if it does.
	Unknown string

	frontend string // the program that compiles, without symbolic links; "" when it isn't known
}

// ErrUnusable means that there is no compiler that can run.
var ErrUnusable = errors.New("no usable compiler")

// ResolveOptions say where a compiler is looked for, and how it will be run.
type ResolveOptions struct {
	Dir      string            // a relative compiler path is relative to it
	Args     []string          // that all jobs pass to it
	RunsIn   string            // the working directory that it will have; "" for an empty folder
	Env      []string          // the environment that it will have
	Files    *filedigest.Cache // remembers the digests of large libraries
	StateDir string            // where answers of compilers are remembered; "" for nowhere

	NoScripts bool // a script is an error, and isn't run
}

// Resolve finds the compiler and its identity. The identity covers
//
//   - the program at path (a launcher, or the compiler itself),
//   - the compiler proper, which the driver names in -###,
//   - for a launcher, the commands that -### prints, because it may add
//     arguments, and the programs and files that the jobs' arguments name,
//   - the loader and all shared libraries that these programs load,
//   - the class of the processor and the variables by which glibc's libm and
//     its loader choose,
//   - what the compiler prints as its --version, without the folders in it,
//   - the driver mode, where the program's name changes it (clang-cl).
func Resolve(ctx context.Context, compiler string, o ResolveOptions) (*Compiler, error) {
	path, err := Locate(compiler, o.Dir)
	if err != nil {
		return nil, err
	}
	realPath, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	loader := o // with the environment as the dynamic loader understands it
	loader.Env = loaderEnv(o.Env, o.RunsIn)
	memoFile := memoPath(path, realPath, loader)
	if c := remembered(memoFile, path, realPath); c != nil {
		return c, nil
	}
	if o.NoScripts && isScript(realPath) {
		return nil, fmt.Errorf("%s is a script, which may run anything (name the compiler itself)", path)
	}
	w := newNameStates()
	p := &programs{options: loader, seen: map[string]bool{}}
	if err := p.addProgram(ctx, realPath, w); err != nil {
		return nil, err
	}
	told, err := askCompiler(ctx, path, realPath, p.lines, o)
	if err != nil {
		return nil, err
	}
	c := &Compiler{Path: path, Name: canonicalName(told.Version), Defaults: told.Defaults, frontend: told.Frontend}
	if !told.fromItself(realPath) {
		if c.Launched, err = p.addLaunched(ctx, told.Frontend, o.Args); err != nil {
			return nil, err
		}
		c.Unknown = whyUnknown(path, told.Frontend)
		if !isScript(realPath) {
			c.Name = filepath.Base(path) // the launcher's: the arguments name the compiler
		}
	}
	if len(p.missing) > 0 {
		c.Unknown = fmt.Sprintf("%s needs %s, which isn't found"+
			" (if LD_LIBRARY_PATH leads to it: --action_env=LD_LIBRARY_PATH)", path, p.missing[0])
	}
	c.Processor = p.processor()
	c.Identity = identity(p.lines, told, driverMode(path), c.Processor)
	if told.fromItself(realPath) && c.Unknown == "" { // a launcher may look elsewhere tomorrow
		c.remember(memoFile, w)
	}
	return c, nil
}

func isScript(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var start [2]byte
	_, err = io.ReadFull(f, start[:])
	return err == nil && string(start[:]) == "#!"
}

// Locate returns the absolute path of a compiler: of a program on PATH, or of a file,
// whose relative path is relative to dir. It runs nothing.
func Locate(compiler, dir string) (string, error) {
	path := compiler
	if !strings.ContainsRune(compiler, filepath.Separator) {
		found, err := exec.LookPath(compiler)
		if err != nil && !errors.Is(err, exec.ErrDot) {
			return "", fmt.Errorf("%w: %w", ErrUnusable, err)
		}
		path = found
	}
	if !filepath.IsAbs(path) {
		dir, err := withoutLinks(dir)
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrUnusable, err)
		}
		path = filepath.Join(dir, path)
	}
	// LookPath also checks a path with separators: regular file, executable.
	if _, err := exec.LookPath(path); err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	return path, nil
}

// withoutLinks returns a folder's absolute path without symbolic links. A path with
// links may lead another process to another folder: Bazel's actions have
// /proc/self/cwd as PWD.
func withoutLinks(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

func identity(digests []string, told answers, mode, processor string) string {
	slices.Sort(digests)
	h := sha256.New()
	fmt.Fprintf(h, "thinrex toolchain 2\n%s\nmode %q\nprocessor %q\n%s%s",
		strings.Join(slices.Compact(digests), "\n"), mode, processor, told.Version, told.Commands)
	return hex.EncodeToString(h.Sum(nil))
}

// canonicalName returns what distributions call a clang of this version: clang-22.
func canonicalName(version string) string {
	if m := regexp.MustCompile(`clang version (\d+)\.`).FindStringSubmatch(version); m != nil {
		return "clang-" + m[1]
	}
	return "clang"
}

// regularFile returns an absolute path without symbolic links, so that each file has
// one name. It returns "" for a relative path, and for one that doesn't lead to a
// regular file.
func regularFile(path string) string {
	if !filepath.IsAbs(path) {
		return ""
	}
	realPath, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	if fi, err := os.Stat(realPath); err != nil || !fi.Mode().IsRegular() {
		return ""
	}
	return realPath
}
