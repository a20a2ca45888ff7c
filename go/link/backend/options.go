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
	case strings.HasPrefix(arg, "-Werror") || arg == "-pedantic-errors":
		f.strict = true
		return nil
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
	case name == "-fprofile-sample-use":
		f.sampleProfile = arg
	case name == "--no-default-config":
		f.unconfigured = true
	case slices.Contains([]string{"-fpic", "-fPIC", "-fpie", "-fPIE"}, name):
		// The module says the rest: how large tables may be, and whether it is for a program.
		f.position = "-fpic"
		if strings.HasPrefix(arg, "-fno-") {
			f.position = "-fno-pic"
		}
	case o.Is(clang.NoBackend) && !concernsBackends(arg):
	default:
		f.more = append(f.more, args...)
	}
	return nil
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
