package distfile

import (
	"path/filepath"
	"regexp"
	"sync"
)

var (
	// clang's driver makes an object for a one-step compile and link:
	// /tmp/main-f3e957.o, six random hex digits (Driver::CreateTempFile).
	driverTemp = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`-[0-9a-f]{6}\.(o|obj)$`)
	})
	// lld extracts a member into the output's folder: libfoo.a(foo.o at
	// 92).2.977.o, with the task's number and the PID in hexadecimal.
	extracted = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\.\d+\.[0-9A-F]+\.o$`)
	})
	// The offset of a member changes with those before it.
	offset = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(` at \d+\)$`)
	})
)

// StableName returns a module's path without what has nothing to do with the module: the
// random part of clang's temporary objects; and of an extracted member its archive and its own
// name, libfoo.a(foo.o), without the linker's output folder, the offset, the task's number and
// the PID. By it people find a module again in another link. Several members of an archive may
// have one name.
func (c Common) StableName(path string) string {
	if c.isExtracted(path) {
		member := extracted().ReplaceAllString(filepath.Base(path), "")
		return offset().ReplaceAllString(member, ")")
	}
	return c.OrderKey(path)
}

// OrderKey returns the string by which link/canon orders the modules of a link. It is
// the path, because in-process ThinLTO imports in the order of paths, without the
// parts that have nothing to do with the module: the random part of clang's
// temporary objects, and the linker's output folder for an extracted member. Task
// number and PID may stay: they follow the archive offset, and all names of a link
// have the same PID, so they don't change the order. A backend that was given as a command
// belongs to no linker's output, and its modules keep their names.
func (c Common) OrderKey(path string) string {
	if c.LinkerOutput == "" {
		return path
	}
	if filepath.IsAbs(path) {
		if loc := driverTemp().FindStringIndex(path); loc != nil {
			return path[:loc[0]]
		}
	}
	if c.isExtracted(path) {
		return filepath.Base(path)
	}
	return path
}

// isExtracted reports whether lld has extracted a module from an archive.
func (c Common) isExtracted(path string) bool {
	return c.LinkerOutput != "" && filepath.Dir(path) == filepath.Dir(c.LinkerOutput) && extracted().MatchString(path)
}
