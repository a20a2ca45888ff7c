package commandline

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"thinrex/go/compile/depfile"
)

// A target of the depfile, and how it is to be written: -MT or -MQ.
type target struct{ option, name string }

// A splitKind is where split DWARF goes. The object names that file, by a name that
// the driver makes of the object's own.
type splitKind uint8

const (
	noSplit      splitKind = iota // nowhere
	splitFile                     // to a .dwo file
	splitSection                  // to the object itself
)

// splitTo notes an option for split DWARF; the last one counts.
func (p *parser) splitTo(kind splitKind) {
	p.split, p.splits[kind] = kind, true
}

// checkSplit fails where the driver would give the object another name for its split
// DWARF than splitArgs does, or none.
//
// Source: SplitDebugName in clang/lib/Driver/ToolChains/CommonArgs.cpp,
// renderDebugOptions in Clang.cpp.
func (p *parser) checkSplit() error {
	switch {
	case p.split == noSplit || p.debug != fullDebug:
	case p.splits[splitFile] && p.splits[splitSection]:
		return errors.New("-gsplit-dwarf is given in two forms")
	case p.inlining:
		return errors.New("-gsplit-dwarf with -fsplit-dwarf-inlining")
	case strings.Contains(p.Object, "//"):
		return fmt.Errorf("with -gsplit-dwarf, %s gets another name in clang (write it without //)", p.Object)
	}
	return nil
}

// SideArgs returns the arguments for what the front end makes beside the IR: the
// depfile, in a file of that name, and the name of the split DWARF.
func (in *Invocation) SideArgs(file string) (args []string) {
	if in.Deps != "" {
		args = append(args, in.Deps, "-MF", file)
		for _, t := range in.targets {
			args = append(args, t.option, in.paths.relative(t.name))
		}
		if in.phony {
			args = append(args, "-MP")
		}
	}
	return append(args, in.splitArgs()...)
}

func (in *Invocation) splitArgs() []string {
	name := in.Object
	switch {
	case in.split == noSplit || in.debug != fullDebug:
		return nil
	case in.split == splitFile:
		name = replaceExt(name, ".dwo")
	}
	return []string{"-Xclang", "-split-dwarf-file", "-Xclang", name}
}

// RestoreDepfile turns the depfile of this invocation, which has the relative names
// of --base_dir, into that of the command as it was given.
func (in *Invocation) RestoreDepfile(data []byte) ([]byte, error) {
	if !in.renames() {
		return data, nil
	}
	names, err := depfile.Parse(data, in.Source)
	if err != nil {
		return nil, err
	}
	var targets, phony []string
	for _, t := range in.targets {
		if t.option == "-MQ" {
			t.name = depfile.QuoteTarget(t.name)
		}
		targets = append(targets, t.name)
	}
	for i, name := range names {
		names[i] = in.paths.original(name)
		if in.phony && name != depfile.Name(in.Source) {
			phony = append(phony, names[i])
		}
	}
	return depfile.Write(targets, names, phony), nil
}

// renames reports whether --base_dir has changed a name on the command line that the
// depfile may repeat.
func (in *Invocation) renames() bool {
	renamed := func(name string) bool { return in.paths.relative(name) != name }
	if slices.ContainsFunc(in.targets, func(t target) bool { return renamed(t.name) }) {
		return true
	}
	for _, name := range in.paths.given {
		if filepath.IsAbs(name) {
			return true
		}
	}
	return false
}
