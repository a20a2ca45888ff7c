package commandline

import (
	"errors"
	"slices"
	"strings"
)

// checkFat fails for a command whose object holds machine code beside the bitcode, and
// for which that code is more than a function of what the command reads, or comes with
// further files.
func (p *parser) checkFat() error {
	const with = "with -ffat-lto-objects, "
	switch {
	case !p.Fat:
	case p.split != noSplit && p.debug == fullDebug:
		return errors.New(with + "-gsplit-dwarf writes a .dwo that thinrex doesn't keep")
	case p.ThinLink != "":
		return errors.New(with + "clang doesn't write the file of -fthin-link-bitcode")
	case slices.Contains(p.Args, "-fstack-usage"):
		return errors.New(with + "-fstack-usage writes a file that thinrex doesn't keep")
	case slices.ContainsFunc(p.Args, func(arg string) bool { return strings.HasPrefix(arg, "-fpseudo-probe") }):
		return errors.New(with + "clang writes probes for profiling in an order that differs each time")
	}
	return nil
}
