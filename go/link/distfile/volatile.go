package distfile

import (
	"path/filepath"
	"regexp"
)

var (
	// clang's driver makes an object for a one-step compile and link:
	// /tmp/main-f3e957.o, six random hex digits (Driver::CreateTempFile).
	driverTemp = regexp.MustCompile(`-[0-9a-f]{6}\.(o|obj)$`)
	// lld extracts a member into the output's folder: libfoo.a(foo.o at
	// 92).2.977.o, with the task's number and the PID in hexadecimal.
	extracted = regexp.MustCompile(`\.\d+\.[0-9A-F]+\.o$`)
)

// OrderKey returns what the modules of the link are ordered by: their paths,
// as in-process ThinLTO imports in the order of paths, less what has nothing
// to do with the module. That is the random part of clang's temporary
// objects, and for an extracted member the folder of the linker's output. The
// other volatile parts, task number and PID, come behind the archive offset
// and the PID is one for all names of a link: they can't change the order.
func (c Common) OrderKey(path string) string {
	if filepath.IsAbs(path) {
		if loc := driverTemp.FindStringIndex(path); loc != nil {
			return path[:loc[0]]
		}
	}
	if filepath.Dir(path) == filepath.Dir(c.LinkerOutput) && extracted.MatchString(path) {
		return filepath.Base(path)
	}
	return path
}
