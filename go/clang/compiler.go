// Package clang says which compiler a job really uses: an identity that
// is the same wherever the same compiler lies, and another for any compiler
// that could produce another object.
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

// A Compiler is a compiler that can run here.
type Compiler struct {
	Path     string // absolute, as it is run
	Name     string // what a canonical command calls it: clang-22
	Identity string // SHA-256 in hex over the compiler's bytes and version
	// Processor is what makes the math library choose among its functions: part of
	// Identity.
	Processor string
	// Launched are the arguments that tell a launcher what to start, as paths of files
	// which Identity covers.
	Launched []string
	// Unknown says why Identity doesn't cover all that decides on an object, so that
	// none may be cached; "" if it does.
	Unknown string

	frontend string // the program that compiles, real path; "" when the compiler doesn't tell
}

// ErrUnusable says that there is no compiler to run.
var ErrUnusable = errors.New("no usable compiler")

// ResolveOptions say how and where to look.
type ResolveOptions struct {
	Dir      string            // a relative compiler path is relative to it
	Args     []string          // what all jobs pass it
	RunsIn   string            // the working directory that it will have; "" for an empty folder
	Env      []string          // the environment in which the compiler runs
	Files    *filedigest.Cache // knows the digests of large libraries from earlier links
	StateDir string            // remembers what compilers said of themselves; "" for nowhere

	NoScripts bool // fail for a script, which isn't run then
}

// Resolve finds the compiler and its identity. The identity covers
//
//   - the program at path (a launcher, or the compiler itself),
//   - the compiler proper, as the driver names it in -###,
//   - for a launcher, the commands of -### themselves, because it may add
//     arguments, and the programs and files that the jobs' arguments name,
//   - the loader and all shared libraries that these programs load,
//   - the class of the processor and the variables by which glibc's libm and
//     its loader choose,
//   - what the compiler prints as its --version, less the folders in it,
//   - the driver mode, where the program's name changes it (clang-cl).
func Resolve(ctx context.Context, compiler string, o ResolveOptions) (*Compiler, error) {
	path, err := locate(compiler, o.Dir)
	if err != nil {
		return nil, err
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	loader := o // as the loader understands the environment
	loader.Env = loaderEnv(o.Env, o.RunsIn)
	resolved := memoPath(path, real, loader)
	if c := remembered(resolved, path, real); c != nil {
		return c, nil
	}
	if o.NoScripts && isScript(real) {
		return nil, fmt.Errorf("%s is a script, which may run anything", path)
	}
	w := newWitness()
	p := &programs{options: loader, seen: map[string]bool{}}
	if err := p.add(ctx, real, w); err != nil {
		return nil, err
	}
	said, err := ask(ctx, path, real, p.lines, o)
	if err != nil {
		return nil, err
	}
	c := &Compiler{Path: path, Name: canonicalName(said.Version), frontend: said.Frontend}
	if !said.fromItself(real) {
		if c.Launched, err = p.addLaunched(ctx, said.Frontend, o.Args); err != nil {
			return nil, err
		}
		c.Unknown = unseen(path, said.Frontend)
		if !isScript(real) {
			c.Name = filepath.Base(path) // of which the arguments name the compiler
		}
	}
	if len(p.missing) > 0 {
		c.Unknown = fmt.Sprintf("%s needs %s, which isn't found"+
			" (if LD_LIBRARY_PATH leads to it: --action_env=LD_LIBRARY_PATH)", path, p.missing[0])
	}
	c.Processor = p.processor()
	c.Identity = identity(p.lines, said, driverMode(path), c.Processor)
	if said.fromItself(real) && c.Unknown == "" { // a launcher may look elsewhere tomorrow
		c.remember(resolved, w)
	}
	return c, nil
}

func isScript(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var mark [2]byte
	_, err = io.ReadFull(f, mark[:])
	return err == nil && string(mark[:]) == "#!"
}

func locate(compiler, dir string) (string, error) {
	path := compiler
	if !strings.ContainsRune(compiler, filepath.Separator) {
		found, err := exec.LookPath(compiler)
		if err != nil && !errors.Is(err, exec.ErrDot) {
			return "", fmt.Errorf("%w: %w", ErrUnusable, err)
		}
		path = found
	}
	if !filepath.IsAbs(path) {
		dir, err := ownName(dir)
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

// ownName returns a folder's absolute path without symbolic links. One with
// them may be another folder to another process: Bazel's actions have
// /proc/self/cwd as PWD.
func ownName(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

func identity(programs []string, said answers, mode, processor string) string {
	slices.Sort(programs)
	h := sha256.New()
	fmt.Fprintf(h, "thinrex toolchain 2\n%s\nmode %q\nprocessor %q\n%s%s",
		strings.Join(slices.Compact(programs), "\n"), mode, processor, said.Version, said.Commands)
	return hex.EncodeToString(h.Sum(nil))
}

// canonicalName is what distributions call a clang of this version.
func canonicalName(version string) string {
	if m := regexp.MustCompile(`clang version (\d+)\.`).FindStringSubmatch(version); m != nil {
		return "clang-" + m[1]
	}
	return "clang"
}

// absolute resolves links so that a program has one name, and returns "" for
// one that isn't there.
func absolute(path string) string {
	if !filepath.IsAbs(path) {
		return ""
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	if fi, err := os.Stat(real); err != nil || !fi.Mode().IsRegular() {
		return ""
	}
	return real
}
