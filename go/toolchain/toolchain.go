// Package toolchain says which compiler a job really uses: an identity that
// is the same wherever the same compiler lies, and another for any compiler
// that could produce another object.
package toolchain

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

	"thinrex/go/filedigest"
)

// A Toolchain is a compiler that can run here.
type Toolchain struct {
	Path     string // absolute, as it is run
	Name     string // what a canonical command calls it: clang-22
	Identity string // SHA-256 in hex over the compiler's bytes and version

	frontend string // the program that compiles, real path; "" when the compiler doesn't tell
}

// ErrUnusable says that there is no compiler to run.
var ErrUnusable = errors.New("no usable compiler")

// Options say how and where to look.
type Options struct {
	Dir      string            // a relative compiler path is relative to it
	Args     []string          // what all jobs pass it
	Env      []string          // the environment in which the compiler runs
	Files    *filedigest.Cache // knows the digests of large libraries from earlier links
	StateDir string            // remembers what compilers said of themselves; "" for nowhere

	NoScripts bool // fail for a script, which isn't run then
}

// Resolve finds the compiler and its identity. The identity covers
//
//   - the program at path (a wrapper script, or the compiler itself),
//   - the compiler proper, as the driver names it in -###,
//   - for a wrapper, the commands of -### themselves: it may add arguments,
//   - the LLVM and clang shared libraries that the compiler loads,
//   - what it prints as its --version, less the folders in it,
//   - the driver mode, where the program's name changes it (clang-cl).
func Resolve(ctx context.Context, compiler string, o Options) (*Toolchain, error) {
	path, err := locate(compiler, o.Dir)
	if err != nil {
		return nil, err
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	memo := memoPath(path, real, o)
	if t := remembered(memo, path, real); t != nil {
		return t, nil
	}
	if o.NoScripts && isScript(real) {
		return nil, fmt.Errorf("%s is a script, which may run anything", path)
	}
	w := newWitness()
	programs, err := digestProgram(real, o, w)
	if err != nil {
		return nil, err
	}
	said, err := ask(ctx, path, real, programs, o)
	if err != nil {
		return nil, err
	}
	if said.Frontend != "" && said.Frontend != real {
		more, err := digestProgram(said.Frontend, o, nil)
		if err != nil {
			return nil, err
		}
		programs = append(programs, more...)
	}
	t := &Toolchain{
		Path:     path,
		Name:     canonicalName(said.Version),
		Identity: identity(programs, said, driverMode(path)),
		frontend: said.Frontend,
	}
	if t.frontend == real { // a wrapper may look elsewhere tomorrow
		t.remember(memo, w)
	}
	return t, nil
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

// digestProgram returns a line of identity for the program and for each LLVM
// library that it loads.
func digestProgram(path string, o Options, w *witness) ([]string, error) {
	libs, err := llvmLibraries(path, o.Env, w)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, file := range append([]string{path}, libs...) {
		f, err := o.Files.File(file)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnusable, err)
		}
		lines = append(lines, f.Digest.String())
	}
	return lines, nil
}

func identity(programs []string, said answers, mode string) string {
	slices.Sort(programs)
	h := sha256.New()
	fmt.Fprintf(h, "thinrex toolchain 1\n%s\nmode %q\n%s%s",
		strings.Join(slices.Compact(programs), "\n"), mode, said.Version, said.Commands)
	return hex.EncodeToString(h.Sum(nil))
}

// driverMode returns what the driver would take from its own name. Only
// clang-cl reads a job's arguments differently.
func driverMode(path string) string {
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(path)), ".exe")
	if strings.HasSuffix(strings.TrimRight(name, "-.0123456789"), "clang-cl") {
		return "cl"
	}
	return ""
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
