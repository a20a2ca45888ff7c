package commandline

import (
	"fmt"
	"path/filepath"
	"strings"
)

// A driver is what clang takes from the name that it is called by.
type driver struct {
	name string // which its warnings repeat; what stands before clang is the target
	cxx  bool   // a .c is C++, too
	// relative: the compiler is run by an absolute path, by which it may call
	// its own headers, and was called by a relative one.
	relative bool
}

// driverOf fails for names that make clang read its arguments in another way.
// As in clang/lib/Driver/ToolChain.cpp, how a name ends decides.
func driverOf(program string) (driver, error) {
	name := filepath.Base(program)
	unversioned := strings.TrimRight(name, "0123456789.-")
	for _, ending := range []string{"cl", "cpp", "flang", "dxc"} {
		if strings.HasSuffix(unversioned, ending) {
			return driver{}, fmt.Errorf("%s reads its arguments in another way than clang and clang++", name)
		}
	}
	return driver{
		name: name, cxx: strings.HasSuffix(unversioned, "++"),
		relative: filepath.Base(program) != program && !filepath.IsAbs(program),
	}, nil
}

// language is what the compiler takes a source for, as -x calls it, "" for none
// that is known.
func (d driver) language(source string) string {
	switch filepath.Ext(source) {
	case ".c":
		if !d.cxx {
			return "c"
		}
	case ".cc", ".cp", ".cpp", ".cxx", ".c++", ".C", ".CC", ".CPP":
	default:
		return ""
	}
	return "c++"
}
