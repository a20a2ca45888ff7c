package commandline

import (
	"errors"
	"fmt"
	"strings"
)

// A parser goes through the arguments. What it learns that matters only until
// it has seen all of them stands here.
type parser struct {
	*Invocation
	driver   driver
	rest     []string
	err      error
	asked    string                 // the last -x
	language string                 // of the source, as -x calls it
	object   string                 // as it was given
	colours  string                 // the option that says whether messages have colours
	ended    bool                   // by --
	traced   bool                   // -ftime-trace without a name
	splits   [splitSection + 1]bool // which kinds have been asked for
	inlining bool                   // -fsplit-dwarf-inlining
	thin     bool                   // -flto=thin
	only     bool                   // -c
	macros   strings.Builder        // those of -D, as a source would define them
}

// next takes an argument. There must be one.
func (p *parser) next() string {
	arg := p.rest[0]
	p.rest = p.rest[1:]
	return arg
}

// value takes the next argument.
func (p *parser) value(option string) string {
	if len(p.rest) == 0 {
		p.err = fmt.Errorf("%s has no value", option)
		return ""
	}
	return p.next()
}

func (p *parser) word(arg string) error {
	switch {
	case p.ended || arg == "-" || !strings.HasPrefix(arg, "-"):
		return p.input(arg)
	case arg == "--":
		p.ended = true
		p.Args = append(p.Args, arg)
	case p.outputOption(arg) || p.includeOption(arg):
	case separate.has(arg):
		p.separateOption(arg)
	case strings.HasPrefix(arg, "-x"):
		return p.languageOption(arg)
	case p.fileOption(arg):
	case !isKnown(arg):
		return fmt.Errorf("what %s reads or writes isn't known", arg)
	default:
		p.flag(arg)
	}
	return p.err
}

// keep adds an option to those that go to the compiler.
func (p *parser) keep(r role, args ...string) {
	p.Args = append(p.Args, args...)
	if r&noSearch == 0 {
		p.SearchArgs = append(p.SearchArgs, args...)
	}
	if r&noDriver == 0 {
		p.DriverArgs = append(p.DriverArgs, args...)
	}
}

func (p *parser) separateOption(arg string) {
	v, role := p.value(arg), effectOf(arg).role
	if arg == "-D" {
		p.defines(v)
	}
	p.keep(role, arg, v)
	if role&noIR == 0 {
		p.IRArgs = append(p.IRArgs, arg, v)
	}
}

func (p *parser) languageOption(arg string) error {
	if p.asked = arg[len("-x"):]; p.asked == "" {
		p.asked = p.value(arg)
	}
	if p.asked != "c" && p.asked != "c++" {
		return fmt.Errorf("-x %s", p.asked)
	}
	p.keep(noSearch|noDriver, "-x", p.asked)
	return p.err
}

func (p *parser) input(arg string) error {
	switch {
	case p.Source != "":
		return errors.New("several sources")
	case arg == "-" || arg == "":
		return errors.New("the source is standard input")
	}
	p.language = p.asked
	if p.language == "" {
		if p.language = p.driver.language(arg); p.language == "" {
			return fmt.Errorf("%s isn't C or C++", arg)
		}
	}
	p.Source = p.paths.file(arg)
	p.Args = append(p.Args, p.Source)
	return nil
}
