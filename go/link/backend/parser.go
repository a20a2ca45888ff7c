package backend

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"thinrex/go/clang"
	"thinrex/go/host"
)

// A parser goes through the arguments of a command.
type parser struct {
	*Command
	rest     []string
	given    []string // all arguments but those about files, as they were given
	language string   // of the last -x
	ended    bool     // by --
	only     bool     // -c
	remarks  bool     // a record of them is written
}

// takeArgument removes and returns the next argument. There must be one.
func (p *parser) takeArgument() string {
	arg := p.rest[0]
	p.rest = p.rest[1:]
	return arg
}

// parseArgument parses an argument, with the next one if that is its value.
func (p *parser) parseArgument(arg string) error {
	switch {
	case p.ended || !strings.HasPrefix(arg, "-"):
		return p.setModule(arg)
	case arg == "--":
		p.ended = true
		return nil
	case strings.HasPrefix(arg, indexOption):
		p.Index = strings.TrimPrefix(arg, indexOption)
		return nil
	}
	o, form, value := clang.FindOption(arg)
	if form == 0 || o.NotCached(clang.NotInLinks, value) {
		return errors.New(o.WhyNotCached(arg))
	}
	args := []string{arg}
	if form == clang.Separate {
		if len(p.rest) == 0 {
			return fmt.Errorf("%s has no value", arg)
		}
		value = p.takeArgument()
		args = append(args, value)
	}
	switch o.Name {
	case "-c":
		p.only = true
		return nil
	case "-o":
		p.Object = value
		return nil
	case "-x":
		p.language = value
		return nil
	}
	p.given = append(p.given, args...)
	return p.addOption(o, value, args)
}

// setModule takes an argument that is no option. clang knows bitcode by -x ir or, in a
// backend's command, by the name of an object file.
func (p *parser) setModule(arg string) error {
	isBitcode := p.language == "ir" || p.language == "" && slices.Contains([]string{".o", ".bc"}, filepath.Ext(arg))
	switch {
	case p.Module != "":
		return fmt.Errorf("several modules: %s and %s", p.Module, arg)
	case arg == "" || arg == "-":
		return errors.New("the module is standard input")
	case !isBitcode:
		return fmt.Errorf("%s isn't bitcode by its name or -x ir", arg)
	}
	p.Module = arg
	return nil
}

// checkComplete checks the command as a whole.
func (p *parser) checkComplete() error {
	switch {
	case !p.only:
		return errors.New("a backend's command without -c")
	case p.Module == "":
		return errors.New("no module")
	case p.Index == "":
		return errors.New("no index")
	case p.Object == "":
		return errors.New("no -o")
	case p.Object == "-":
		return errors.New("the object goes to standard output")
	case p.remarks && filepath.Ext(p.Object) != ".o":
		return fmt.Errorf("the record of remarks for %s has another name in clang (call it .o)", p.Object)
	}
	if p.flags.strict {
		p.flags.more = p.given
	}
	outputs := []string{p.Object}
	if p.remarks {
		stem := strings.TrimSuffix(p.Object, ".o")
		outputs = append(outputs, stem+".opt.yaml", stem+".opt.bitstream")
	}
	for _, path := range outputs {
		if err := host.CheckOutput(path); err != nil {
			return err
		}
	}
	return nil
}
