package commandline

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"thinrex/go/clang"
)

// A parser goes through the arguments. It holds what matters only until all of
// them have been read.
type parser struct {
	*Invocation
	driver   clang.Driver
	rest     []string
	err      error
	explicit string                 // the language of the last -x
	language string                 // of the source, as -x calls it
	object   string                 // as it was given
	colours  string                 // the option that says whether messages have colours
	ended    bool                   // by --
	unnamed  bool                   // no -o
	traced   bool                   // -ftime-trace without a name
	splits   [splitSection + 1]bool // which kinds have been asked for
	inlining bool                   // -fsplit-dwarf-inlining
	thin     bool                   // -flto=thin
	only     bool                   // -c
	macros   strings.Builder        // those of -D, as a source would define them
}

// takeArgument removes and returns the next argument. There must be one.
func (p *parser) takeArgument() string {
	arg := p.rest[0]
	p.rest = p.rest[1:]
	return arg
}

// takeValue is takeArgument for the value of an option.
func (p *parser) takeValue(option string) string {
	if len(p.rest) == 0 {
		p.err = fmt.Errorf("%s has no value", option)
		return ""
	}
	return p.takeArgument()
}

// parseArgument parses an argument, with the next one if that is its value.
func (p *parser) parseArgument(arg string) error {
	switch {
	case p.ended || arg == "-" || !strings.HasPrefix(arg, "-"):
		return p.setSource(arg)
	case arg == "--":
		p.ended = true
		p.Args = append(p.Args, arg)
		return nil
	}
	o, given, value := clang.FindOption(arg)
	if given == 0 || o.NotCached(clang.NotInCompilations, value) {
		return errors.New(o.WhyNotCached(arg))
	}
	if given == clang.Separate {
		value = p.takeValue(arg)
	}
	p.parseOption(givenOption{o, arg, given, value})
	return p.err
}

// A givenOption is an option of the command, as it was given.
type givenOption struct {
	clang.Option
	arg   string // without the value, if that is the next argument
	given clang.Form
	value string
}

func (p *parser) parseOption(o givenOption) {
	switch {
	case o.Is(clang.WritesOutput):
		p.outputOption(o)
	case o.Is(clang.ReadsHeader | clang.SearchesFolder):
		p.headerOption(o)
	case o.Is(clang.ReadsFile | clang.ReadsProfile):
		p.fileOption(o)
	case o.Name == "-x":
		p.languageOption(o)
	case o.Name == "-Xclang":
		p.forwardedOption(o)
	default:
		p.plainOption(o)
	}
}

// keepOption adds an option to those that go to the compiler.
func (p *parser) keepOption(o clang.Option, args ...string) {
	p.Args = append(p.Args, args...)
	if !o.Is(clang.NoSearch) {
		p.SearchArgs = append(p.SearchArgs, args...)
	}
	if !o.Is(clang.NoDriver) {
		p.DriverArgs = append(p.DriverArgs, args...)
	}
	if !o.Is(clang.NoIR) {
		p.IRArgs = append(p.IRArgs, args...)
		p.whole = p.whole || !o.Is(clang.TwoSteps)
	}
}

func (p *parser) languageOption(o givenOption) {
	if p.explicit = o.value; p.explicit != "c" && p.explicit != "c++" {
		if p.err == nil {
			p.err = fmt.Errorf("-x %s: only c and c++ are cached", p.explicit)
		}
		return
	}
	p.keepOption(o.Option, "-x", p.explicit)
}

func (p *parser) setSource(arg string) error {
	switch {
	case p.Source != "":
		return fmt.Errorf("several sources: %s and %s", p.Source, arg)
	case arg == "-" || arg == "":
		return errors.New("the source is standard input")
	}
	p.language = p.explicit
	if p.language == "" {
		if p.language = p.driver.Language(arg); p.language == "" {
			return p.unknownLanguage(arg)
		}
	}
	p.Source = p.paths.file(arg)
	p.Args = append(p.Args, p.Source)
	return nil
}

// unknownLanguage makes the error about a source whose name tells no language. Links
// pass through thinrex cc where a build system has one command for both. The first
// argument is perhaps the compiler of a launcher, as in ccache clang++ -c a.cc.
func (p *parser) unknownLanguage(source string) error {
	hint := "if it is, say so by -x"
	switch ext := filepath.Ext(source); {
	case ext == ".o" || ext == ".a" || ext == ".so":
		return fmt.Errorf("not a ThinLTO compilation: %s is an object or a library", source)
	case len(p.Args) == 0 && ext == "":
		hint = "if it is a compiler, run it without " + p.Program
	}
	return fmt.Errorf("%s isn't C or C++ by its name (%s)", source, hint)
}
