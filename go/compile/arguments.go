package compile

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// An invocation is a command line whose every word is understood.
type invocation struct {
	driver
	args       []string // in their order, without those that the other fields hold
	back       []string // of args, those that have a say in what is made of IR
	paths      *pathRewriter
	searchArgs []string // of args, those that could change where headers are looked for
	source     string   // which stands in args as well
	language   string   // as -x calls it
	forced     []string // files of -include and -imacros
	read       []string // other files that options read
	debug      debugLevel
	located    bool   // the optimiser knows places in the source, which name the working directory as debug information does
	placed     bool   // an option says what that is called
	colours    string // the option that says whether messages have colours
	threaded   bool   // -flto=thin
	only       bool   // -c

	output   string
	deps     string   // "", -MD or -MMD
	depfile  string   // of -MF
	object   string   // output, as it was given
	targets  []string // -MT and -MQ with their values, as they were given
	phony    bool     // -MP
	thinLink string   // of -fthin-link-bitcode=
	dia      string   // of --serialize-diagnostics
	trace    string   // of -ftime-trace
	split    splitKind
}

// parse reads the arguments of a compiler. It fails with a *Plain error on
// anything that isn't known.
func parse(args []string, called driver, paths *pathRewriter) (*invocation, error) {
	p := &parser{invocation: &invocation{driver: called, paths: paths}, rest: args}
	for len(p.rest) > 0 {
		arg := p.rest[0]
		p.rest = p.rest[1:]
		if err := p.word(arg); err != nil {
			return nil, err
		}
	}
	return p.invocation, p.complete()
}

type parser struct {
	*invocation
	rest   []string
	asked  string // the last -x
	ended  bool   // by --
	traced bool   // -ftime-trace without a name
	err    error
}

// value takes the next argument.
func (p *parser) value(option string) string {
	if len(p.rest) == 0 {
		p.err = plain("%s has no value", option)
		return ""
	}
	v := p.rest[0]
	p.rest = p.rest[1:]
	return v
}

func (p *parser) word(arg string) error {
	switch {
	case p.ended || arg == "-" || !strings.HasPrefix(arg, "-"):
		return p.input(arg)
	case arg == "--":
		p.ended = true
		p.args = append(p.args, arg)
	case p.outputOption(arg) || p.includeOption(arg):
	case separate.has(arg):
		v, macro := p.value(arg), arg == "-D" || arg == "-U"
		p.keep(!macro, arg, v)
		if !macro {
			p.back = append(p.back, arg, v)
		}
	case arg == "-x" || strings.HasPrefix(arg, "-x"):
		if p.asked = arg[2:]; p.asked == "" {
			p.asked = p.value(arg)
		}
		if p.asked != "c" && p.asked != "c++" {
			return plain("-x %s", p.asked)
		}
		p.keep(false, "-x", p.asked)
	case p.fileOption(arg):
	case !isKnown(arg):
		return plain("what %s reads or writes isn't known", arg)
	default:
		p.flag(arg)
	}
	return p.err
}

func (p *parser) keep(search bool, args ...string) {
	p.args = append(p.args, args...)
	if search {
		p.searchArgs = append(p.searchArgs, args...)
	}
}

func (p *parser) input(arg string) error {
	switch {
	case p.source != "":
		return plain("several sources")
	case arg == "-" || arg == "":
		return plain("the source is standard input")
	}
	p.language = p.asked
	if p.language == "" {
		if p.language = p.driver.language(arg); p.language == "" {
			return plain("%s isn't C or C++", arg)
		}
	}
	p.source = p.paths.file(arg)
	p.args = append(p.args, p.source)
	return nil
}

// complete checks the whole and names the outputs that have no name.
func (p *parser) complete() error {
	switch {
	case !p.only || !p.threaded:
		return plain("not a ThinLTO compilation: -c and -flto=thin")
	case p.source == "":
		return plain("no source")
	case p.relative && slices.Contains(p.args, "-no-canonical-prefixes"):
		return plain("with -no-canonical-prefixes, a compiler called by a relative name calls its headers by one")
	}
	if err := checkDefinitions(p.args); err != nil {
		return err
	}
	if p.output == "" {
		p.output = replaceExt(filepath.Base(p.source), ".o")
		p.object = p.output
	}
	if p.deps != "" && p.depfile == "" {
		p.depfile = replaceExt(p.output, ".d")
	}
	if p.deps == "" && (p.depfile != "" || len(p.targets) > 0 || p.phony) {
		return plain("-MF, -MT, -MQ or -MP without -MD")
	}
	if p.traced && p.trace == "" {
		p.trace = replaceExt(p.output, ".json")
	} else if fi, err := os.Stat(p.trace); p.trace != "" && err == nil && fi.IsDir() {
		p.trace = filepath.Join(p.trace, replaceExt(filepath.Base(p.output), ".json"))
	}
	return nil
}

// replaceExt is LLVM's path::replace_extension.
func replaceExt(path, ext string) string {
	if base := filepath.Base(path); base != "." {
		path = strings.TrimSuffix(path, filepath.Ext(base))
	}
	return path + ext
}
