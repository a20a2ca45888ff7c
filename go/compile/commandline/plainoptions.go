package commandline

import (
	"errors"
	"strings"

	"thinrex/go/clang"
)

// A debugLevel is how much debug information there is.
type debugLevel uint8

const (
	noDebug debugLevel = iota
	lineDirectives
	fullDebug // enough of it for a .dwo
)

// plainOption parses an option that names no file.
func (p *parser) plainOption(o givenOption) {
	switch o.Name {
	case "-c":
		p.only = true
	case "-D":
		p.define(o.value)
	case "-Wp,*":
		if !p.passedMacros(o.arg) {
			p.err = errors.New(o.WhyNotCached(o.arg))
		}
	case "-W*":
		p.warnsOfShadowed(o.arg)
	case "-ffat-lto-objects":
		p.Fat = o.arg == o.Name
	case "-fsplit-dwarf-inlining":
		p.inlining = !strings.HasPrefix(o.arg, "-fno-")
	}
	p.noteFacts(o)
	switch {
	case o.Is(clang.Colours):
		return // the last one stands before all other arguments
	case o.Is(clang.AtCrash):
		return // package compile runs a command whose compiler crashed once more, unchanged
	}
	if o.given == clang.Separate {
		p.keepOption(o.Option, o.arg, o.value)
	} else {
		p.keepOption(o.Option, o.arg)
	}
}

// noteFacts notes what the rest of the invocation must know of an option.
func (p *parser) noteFacts(o givenOption) {
	switch {
	case o.Is(clang.ThinLTO):
		p.thin = true
	case o.Is(clang.OtherLTO):
		p.thin = false
	case o.Is(clang.NoDebug):
		p.debug = noDebug
	case o.Is(clang.LineDirectives):
		p.debug = lineDirectives
	case o.Is(clang.FullDebug):
		p.debug = fullDebug
	case o.Is(clang.SplitToFile):
		p.splitTo(splitFile)
	case o.Is(clang.SplitInObject):
		p.splitTo(splitSection)
	case o.Is(clang.NoSplit):
		p.splitTo(noSplit)
	case o.Is(clang.NamesPlaces):
		p.located = true
	case o.Is(clang.NamesFolder):
		p.placed = true
	case o.Is(clang.CoverageMap):
		p.mapping = true
	case o.arg == "-fdiagnostics-color=auto":
		// On its own, the compiler would ask whether it writes to a terminal. It
		// writes to thinrex, which asks in its place.
		p.colours = ""
	case o.Is(clang.Colours):
		p.colours = o.arg
	}
}

// warnsOfShadowed follows the options that switch on or off the warning of
// other headers with the name of the one that was included. What only makes an
// error of it, or might be overruled by another option, counts as on: the
// places of such headers are then watched without need.
func (p *parser) warnsOfShadowed(arg string) {
	switch {
	case arg == "-Wno-shadow-header" || arg == "-Wno-everything":
		p.Shadowed = false
	case !strings.HasPrefix(arg, "-Wno-") &&
		(strings.HasSuffix(arg, "shadow-header") || strings.HasSuffix(arg, "everything")):
		p.Shadowed = true
	}
}
