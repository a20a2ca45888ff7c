package distfile

import (
	"path/filepath"
	"regexp"
)

// driverTemp matches the object that clang's driver makes for a one-step
// compile and link: /tmp/main-f3e957.o, six random hex digits (clang,
// Driver::CreateTempFile).
var driverTemp = regexp.MustCompile(`-[0-9a-f]{6}\.(o|obj)$`)

// OrderKey returns what lld and clang would order a module's path by if no
// part of it were random. In-process ThinLTO imports modules in the order of
// their paths, so the key is the path itself, but for clang's temporary
// objects. The other volatile parts of a name, the task number and the PID in
// libfoo.a(foo.o at 92).2.977.o, come behind the archive offset and the PID is
// one for all names of a link: they can't change the order.
func OrderKey(path string) string {
	if !filepath.IsAbs(path) {
		return path
	}
	if loc := driverTemp.FindStringIndex(path); loc != nil {
		return path[:loc[0]]
	}
	return path
}
