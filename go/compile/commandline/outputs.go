package commandline

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"thinrex/go/compile/depfile"
)

// A target of the depfile, and how it is to be written: -MT or -MQ.
type target struct{ option, name string }

// A splitKind is where debug information is to lie that the linker needn't see.
// The object names that file, by the name that the driver makes of the
// object's.
type splitKind uint8

const (
	noSplit      splitKind = iota
	splitFile              // a .dwo
	splitSection           // the object
)

func (p *parser) splitTo(kind splitKind) {
	p.split, p.splits[kind] = kind, true
}

// checkSplit fails where the driver makes another name of the object's than
// splitArgs, or none.
//
// Source: SplitDebugName in clang/lib/Driver/ToolChains/CommonArgs.cpp,
// renderDebugOptions in Clang.cpp.
func (p *parser) checkSplit() error {
	switch {
	case p.split == noSplit || p.debug != fullDebug:
	case p.splits[splitFile] && p.splits[splitSection]:
		return errors.New("-gsplit-dwarf in two forms")
	case p.inlining:
		return errors.New("-gsplit-dwarf with -fsplit-dwarf-inlining")
	case strings.Contains(p.Object, "//"):
		return fmt.Errorf("with -gsplit-dwarf, %s gets another name", p.Object)
	}
	return nil
}

// SideArgs asks for what the front end makes beside the IR: the depfile, in a
// file of that name, and what the object calls itself.
func (in *Invocation) SideArgs(depfile string) (args []string) {
	if in.Deps != "" {
		args = append(args, in.Deps, "-MF", depfile)
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

// RestoreDepfile makes of the depfile of this invocation, with its relative
// names, the one of the command as it was given.
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

// renames reports whether a name that a depfile may repeat from the command line
// isn't the one that was given.
func (in *Invocation) renames() bool {
	renamed := func(name string) bool { return in.paths.relative(name) != name }
	if slices.ContainsFunc(in.targets, func(t target) bool { return renamed(t.name) }) {
		return true
	}
	for _, name := range in.paths.asked {
		if renamed(name) {
			return true
		}
	}
	return false
}
