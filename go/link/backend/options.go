package backend

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"thinrex/go/clang"
)

// addOption decides what becomes of an option: its place among lld's options, the rest, or
// nothing if a backend writes the same without it.
func (p *parser) addOption(o clang.Option, value string, args []string) error {
	f, arg := &p.flags, args[0]
	switch {
	case arg == "-fno-lto" || arg == "-Wno-unused-command-line-argument" || arg == "-Qunused-arguments":
		return nil // of lld's jobs, the one is always true, and the others always given
	case o.Is(clang.ThinLTO | clang.OtherLTO):
		return fmt.Errorf("with %s, the compiler writes bitcode", arg)
	case o.Is(clang.SplitToFile | clang.SplitInObject):
		return fmt.Errorf("with %s, the object holds its own name", arg)
	case isDependencyOption(o):
		return nil // clang writes no dependency file for bitcode
	case o.Is(clang.WritesOutput) && !isRemarkOption(o):
		return errors.New(o.WhyNotCached(arg))
	case o.Is(clang.Forwards) && strings.HasPrefix(value, "-emit-"):
		return fmt.Errorf("with %s %s, the compiler may write something else than an object", arg, value)
	case strings.HasPrefix(arg, "-Werror") || arg == "-pedantic-errors" || arg == "-pg":
		f.strict = true // with -pg, clang refuses -fomit-frame-pointer
		return nil
	case !isAccepted(o, value):
		return fmt.Errorf("the compiler refuses %s", arg)
	}
	p.remarks = p.remarks || o.Is(clang.RemarksYAML|clang.RemarksBitcode)
	switch name := o.Name; {
	case name == "--target" || name == "-target":
		f.target = value
	case name == "-O*":
		f.level = arg
	case name == "-faddrsig":
		f.addrSig = arg
	case name == "-ffunction-sections":
		f.functions = arg
	case name == "-fdata-sections":
		f.data = arg
	case name == "-floop-interchange":
		f.interchange = arg
	case name == "-fprofile-sample-use" || name == "-fauto-profile": // two names of one option
		f.sampleProfile = "-fprofile-sample-use=" + value
	case name == "--no-default-config":
		f.unconfigured = true
	case slices.Contains([]string{"-fpic", "-fPIC", "-fpie", "-fPIE"}, name):
		// The module says the rest: how large tables may be, and whether it is for a program.
		f.position = "-fpic"
		if strings.HasPrefix(arg, "-fno-") {
			f.position = "-fno-pic"
		}
	case o.Is(clang.NoBackend) && !concernsBackends(arg) && !f.takesBack(o):
	default:
		f.more = append(f.more, args...)
	}
	return nil
}

// takesBack reports whether an option turns off debug information that an earlier one asked
// for, as in -g -g0. With -g, backends describe the calls in a module that has any.
func (f *flags) takesBack(o clang.Option) bool {
	return o.Is(clang.NoDebug) &&
		slices.ContainsFunc(f.more, func(arg string) bool { return strings.HasPrefix(arg, "-g") })
}

// isAccepted reports whether clang accepts the value of an option. Of an option that is
// dropped it must be known, because the command fails if clang doesn't.
func isAccepted(o clang.Option, value string) bool {
	switch {
	case o.Name == "-fdiagnostics-color" && value != "":
		return slices.Contains([]string{"always", "auto", "never"}, value)
	case strings.HasSuffix(o.Name, "-prefix-map"):
		return strings.Contains(value, "=")
	}
	return true
}

func isDependencyOption(o clang.Option) bool {
	return slices.Contains([]string{"-MD", "-MMD", "-MF", "-MT", "-MQ", "-MP"}, o.Name)
}

// isRemarkOption reports whether an option is about the record of the optimiser's remarks,
// which is an output beside the object.
func isRemarkOption(o clang.Option) bool {
	return o.Is(clang.RemarksYAML|clang.RemarksBitcode) ||
		o.Name == "-fno-save-optimization-record" || o.Name == "-foptimization-record-passes"
}

// concernsBackends reports whether an argument decides on messages that a backend may print.
// Source: clang/include/clang/Basic/DiagnosticFrontendKinds.td, LLVM 22.
func concernsBackends(arg string) bool {
	group, ok := strings.CutPrefix(arg, "-W")
	if !ok {
		return false
	}
	group = strings.TrimPrefix(group, "no-")
	return slices.ContainsFunc(backendWarnings, func(w string) bool { return strings.HasPrefix(group, w) })
}

// backendWarnings are how the names of groups of warnings begin that backends may print.
var backendWarnings = []string{
	"attribute-", "backend-plugin", "everything", "frame-larger-than", "inline-asm", "linker-warnings", "misexpect",
	"override-module", "pass", "profile-instr-", "source-mgr", "stack-",
}
