package clang

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Defaults are what a compiler does if its arguments don't say otherwise, as its driver
// shows it for a module of bitcode.
type Defaults struct {
	Target        string   // of --target=
	AddrSig       bool     // -faddrsig
	PIC           bool     // -fpic, or one of the options that mean the same to a backend
	Configuration []string // folders of configuration files, beside the one that the compiler lies in
}

// defaultsIn returns the defaults from what -### -v prints for a module.
func defaultsIn(commands []byte) (d Defaults) {
	for line := range strings.Lines(string(commands)) {
		for _, title := range [...]string{"System", "User"} {
			dir, ok := strings.CutPrefix(strings.TrimSpace(line), title+" configuration file directory: ")
			if ok && dir != "" {
				d.Configuration = append(d.Configuration, dir)
			}
		}
		if !strings.HasPrefix(line, ` "`) {
			continue
		}
		args := Split(line)
		if !slices.Contains(args[1:], "-cc1") {
			continue
		}
		for i, arg := range args[:len(args)-1] {
			switch {
			case arg == "-triple":
				d.Target = args[i+1]
			case arg == "-mrelocation-model":
				d.PIC = args[i+1] == "pic"
			case arg == "-faddrsig":
				d.AddrSig = true
			}
		}
	}
	return d
}

// ConfigurationFile returns the path of a file from which the compiler takes arguments
// when it compiles for a target; "" if there is none.
//
// Source: Driver::loadDefaultConfigFiles in clang/lib/Driver/Driver.cpp, LLVM 22.
func (c *Compiler) ConfigurationFile(target string) string {
	dirs := append([]string{filepath.Dir(c.Path)}, c.Defaults.Configuration...)
	if realPath, err := filepath.EvalSymlinks(c.Path); err == nil {
		dirs = append(dirs, filepath.Dir(realPath))
	}
	names := []string{"clang", "clang++", withoutVersion(filepath.Base(c.Path))}
	for _, triple := range []string{target, c.Defaults.Target} {
		names = append(names, triple, triple+"-clang", triple+"-clang++")
	}
	for _, dir := range dirs {
		for _, name := range names {
			path := filepath.Join(dir, name+".cfg")
			if _, err := os.Stat(path); err == nil {
				return path
			}
		}
	}
	return ""
}
