package clang

import (
	"fmt"
	"path/filepath"
	"strings"
)

// A Driver is what clang takes from the name that it is called by.
type Driver struct {
	Name string // without a folder: warnings repeat it, and what stands before clang is the target
	CXX  bool   // a .c is C++, too
	// Relative: it was called by a relative path, but is run by an absolute one, by
	// which it may call its own headers.
	Relative bool
}

// DriverOf fails for names that make clang read its arguments otherwise than
// clang and clang++ do. As in clang/lib/Driver/ToolChain.cpp, how a name ends
// decides.
func DriverOf(program string) (Driver, error) {
	name := filepath.Base(program)
	unversioned := withoutVersion(name)
	for _, ending := range []string{"cl", "cpp", "flang", "dxc"} {
		if strings.HasSuffix(unversioned, ending) {
			return Driver{}, fmt.Errorf("%s reads its arguments in another way than clang and clang++", name)
		}
	}
	return Driver{
		Name:     name,
		CXX:      strings.HasSuffix(unversioned, "++"),
		Relative: name != program && !filepath.IsAbs(program),
	}, nil
}

// Language is what the driver takes a source for, as -x calls it; "" for
// anything but C and C++.
func (d Driver) Language(source string) string {
	switch filepath.Ext(source) {
	case ".c":
		if !d.CXX {
			return "c"
		}
	case ".cc", ".cp", ".cpp", ".cxx", ".c++", ".C", ".CC", ".CPP":
	default:
		return ""
	}
	return "c++"
}

// driverMode returns "cl" for a program that is called clang-cl, which reads the
// arguments of a job otherwise than all others.
func driverMode(path string) string {
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(path)), ".exe")
	if strings.HasSuffix(withoutVersion(name), "clang-cl") {
		return "cl"
	}
	return ""
}

// withoutVersion drops the -22 of clang++-22.
func withoutVersion(name string) string { return strings.TrimRight(name, "0123456789.-") }
