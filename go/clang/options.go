package clang

import "strings"

// An Option is what thinrex knows of one option of clang's GCC-like driver, or
// of the compiler proper where it can reach a job through -Xclang or -mllvm.
//
// Package compile/commandline asks for the options of a compilation, and
// refuses one that has no row. Package link/canon asks for the options that the
// compiler gets in a link, by --thinlto-remote-compiler-arg=, and keeps one that
// has no row unless it names a file that exists.
//
// To add an option, add one row to the options_*.go of its subject. Source of
// the facts: clang/include/clang/Options/Options.td, LLVM 22.
type Option struct {
	// Name is the option without its value. A row whose name ends in * is for
	// all options that begin so and have no row of their own.
	Name  string
	Given Form
	Facts Facts
}

// A Form says how an option and its value are given.
type Form uint8

// An option may have several forms.
const (
	Alone    Form = 1 << iota // -c
	Equals                    // -std=c17
	Joined                    // -DX
	Separate                  // -o a.o
	No                        // in addition to its other forms, -fno-X for -fX
	Anything                  // of a name with *: whatever follows
	Letters                   // of a name with *: whatever follows without =, / and ,

	OnOff = Alone | No // -fcommon and -fno-common
)

// Facts are what is true of an option. Without any, it is passed to the compiler;
// it may change the object, the driver's choice of folders and messages; it
// reads and writes no file; and front end and optimiser must run at once.
type Facts uint64

const (
	// Files that the option's value names.
	ReadsFile      Facts = 1 << iota // and the depfile may not name
	ReadsProfile                     // or a folder with default.profdata, which is also read without a value
	ReadsHeader                      // before the source
	SearchesFolder                   // for headers
	WritesOutput                     // of a compilation, which the command names or implies

	// Outputs that a backend of a link writes beside the object.
	SplitToFile    // debug information goes to a .dwo
	RemarksYAML    // .opt.yaml
	RemarksBitcode // .opt.bitstream

	// What isn't cached, and why.
	NotInCompilations // a compilation with this option isn't cached
	NotInLinks        // a link's jobs with this option aren't cached
	RunsOther         // it brings in other programs, plugins or arguments
	WritesMore        // it writes files that can't be named, or that all jobs would share
	Native            // a value that begins with native means this machine's processor

	// On which parts of a compilation the option has no influence.
	NoSearch // it doesn't change where headers are looked for
	NoIR     // it doesn't change what the optimiser makes of IR
	NoDriver // the driver passes it on as it is, whatever else there is
	TwoSteps // tried: front end and optimiser, one after the other, give the same as at once

	// NoBackend: what a ThinLTO backend makes of a module is the same without the option.
	NoBackend

	// What a compilation has to know about its object and its messages.
	ThinLTO        // it asks for ThinLTO bitcode
	OtherLTO       // it asks for another kind of bitcode, or for machine code
	NoDebug        // it turns debug information off
	LineDirectives // it asks for lines, which aren't enough for a .dwo
	FullDebug      // it asks for debug information
	SplitInObject  // debug information that the linker needn't see stays in the object
	NoSplit        // debug information isn't split
	NamesPlaces    // messages or profiles name places in the source, as debug information does
	NamesFolder    // it says what the object calls the working directory
	CoverageMap    // the object maps counters to places in the source, and names the working directory for them
	AtCrash        // it only says what is written if the compiler crashes
	Colours        // it says whether messages have colours; the last one counts

	// How a link reads an option.
	Forwards        // the next argument is an option of the compiler proper, or of LLVM
	NamesNoFile     // a value that happens to be the name of a file doesn't mean it
	NotFoundInLinks // a link doesn't make the file that it reads an input; it must be declared

	// NeverCached is both.
	NeverCached = NotInCompilations | NotInLinks
)

// Is reports whether any of some facts is true of an option.
func (o Option) Is(facts Facts) bool { return o.Facts&facts != 0 }

// NotCached reports whether nothing is cached when the option is given with a value.
// wing is NotInCompilations or NotInLinks.
func (o Option) NotCached(wing Facts, value string) bool {
	return o.Is(wing) || o.Is(Native) && strings.HasPrefix(value, "native")
}

// WhyNotCached says why, for messages. arg is the argument that gives the option.
func (o Option) WhyNotCached(arg string) string {
	switch {
	case o.Is(Native):
		return arg + " means the processor of this machine (name a processor instead of native)"
	case o.Is(RunsOther):
		return arg + " may bring in other programs, plugins or arguments"
	case o.Is(WritesMore):
		return arg + " writes files that thinrex doesn't keep"
	}
	return "thinrex doesn't know what " + arg + " reads or writes"
}
