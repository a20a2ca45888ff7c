// Package commandline understands the command line of clang's GCC-like driver
// when it compiles one C or C++ source to ThinLTO bitcode: which files it reads
// and writes, and which of its words matter to what. A command with a word that
// isn't known is refused, because that may read or write anything.
package commandline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"thinrex/go/clang"
	"thinrex/go/compile/cppscan"
	"thinrex/go/host"
)

// An Invocation is a command whose every word is understood. Paths below
// Options.BaseDir are relative in it.
type Invocation struct {
	Program    string   // what the compiler is called, without a folder: it decides on language and target
	Args       []string // in their order, without those that ask for outputs
	KeyArgs    []string // Args as a key has them: equal in checkouts whose objects are equal
	IRArgs     []string // of Args, those that have a say in what is made of IR
	SearchArgs []string // of Args, those that have a say in where headers are looked for, and the language
	DriverArgs []string // of Args, those that the driver may make something of that it passes on to the compiler proper
	Env        []string // of Options.Env, those that have a say in anything, sorted

	Source string         // stands in Args as well
	Forced []string       // files of -include and -imacros
	Read   []string       // other files that options read
	Macros cppscan.Source // those of -D

	Shadowed bool // the compiler may warn of headers that others by their name hide

	Object      string // of -o, or where it is by default
	Depfile     string // of -MF, or by default; "" for none, as below
	Deps        string // "", -MD or -MMD, which leaves out system headers
	ThinLink    string // of -fthin-link-bitcode=
	Diagnostics string // of --serialize-diagnostics
	Trace       string // of -ftime-trace

	dir     string
	paths   *pathRewriter
	mapped  bool     // KeyArgs hold a prefix map in canonical form
	targets []target // of the depfile
	phony   bool     // -MP
	debug   debugLevel
	split   splitKind
	whole   bool // an option isn't known to give the same in two steps as at once
	located bool // the optimiser knows places in the source, which name the working directory as debug information does
	placed  bool // an option says what that is called
}

// Options say where a command is run, and how.
type Options struct {
	Dir     string // the working directory, by the name that the compiler knows it
	Env     []string
	Named   []string // variables of Env that are to count, whatever they are
	Read    []string // files that the compiler reads, though no option says so
	BaseDir string   // absolute paths below it are made relative; "" for none
	Colour  bool     // messages have colours, unless an option says otherwise
}

// Parse fails for a command that isn't one ThinLTO compilation, or isn't
// understood in full.
func Parse(program string, args []string, o Options) (*Invocation, error) {
	env, err := environment(o.Env, o.Named)
	if err != nil {
		return nil, err
	}
	if args, err = clang.ExpandResponseFiles(args); err != nil {
		return nil, err
	}
	called, err := clang.DriverOf(program)
	if err != nil {
		return nil, err
	}
	in := &Invocation{Program: called.Name, Env: env, dir: o.Dir, paths: newPathRewriter(o.BaseDir, o.Dir)}
	p := &parser{Invocation: in, driver: called, rest: args}
	for len(p.rest) > 0 {
		if err := p.parseArgument(p.takeArgument()); err != nil {
			return nil, err
		}
	}
	for _, file := range o.Read {
		p.Read = append(p.Read, p.paths.relative(file))
	}
	if err := p.complete(o.Colour); err != nil {
		return nil, err
	}
	in.KeyArgs, in.mapped = in.paths.canonical(in.Args)
	return in, nil
}

// complete checks the whole and names the outputs that have no name.
func (p *parser) complete(colour bool) error {
	switch {
	case !p.only || !p.thin:
		return errors.New("not a ThinLTO compilation: -c and -flto=thin")
	case p.Source == "":
		return errors.New("no source")
	case p.driver.Relative && slices.Contains(p.Args, "-no-canonical-prefixes"):
		return errors.New("with -no-canonical-prefixes, a compiler called by a relative name calls its headers by one")
	}
	if err := p.checkMacros(); err != nil {
		return err
	}
	if err := p.checkFiles(); err != nil {
		return err
	}
	p.SearchArgs = append(p.SearchArgs, "-x", p.language)
	p.DriverArgs = append(p.DriverArgs, "-x", p.language)
	if colour && p.colours == "" {
		p.colours = "-fcolor-diagnostics"
	}
	if p.colours != "" {
		p.Args = append([]string{p.colours}, p.Args...)
		p.IRArgs = append(p.IRArgs, p.colours)
	}
	if p.Object == "" {
		p.object = replaceExt(filepath.Base(p.Source), ".o")
		p.Object = p.object
	}
	if p.traced && p.Trace == "" {
		p.Trace = replaceExt(p.Object, ".json")
	} else if fi, err := os.Stat(p.Trace); p.Trace != "" && err == nil && fi.IsDir() {
		p.Trace = filepath.Join(p.Trace, replaceExt(filepath.Base(p.Object), ".json"))
	}
	if err := p.checkSplit(); err != nil {
		return err
	}
	return p.completeDeps()
}

func (p *parser) checkFiles() error {
	for _, name := range slices.Concat([]string{p.Source}, p.Forced, p.Read) {
		if err := host.CheckFile(name); err != nil {
			return err
		}
	}
	return nil
}

// checkMacros scans the macros of the command. None may make the compilation
// depend on something that isn't in its key.
func (p *parser) checkMacros() error {
	p.Macros = cppscan.Scan([]byte(p.macros.String()))
	switch {
	case p.Macros.Reason != "":
		return fmt.Errorf("a -D %s", p.Macros.Reason)
	case p.Macros.Renames():
		return errors.New("a -D asks __has_include by another name")
	case len(p.Macros.Probes) > 0:
		return errors.New("a -D asks for files")
	}
	return nil
}

func (p *parser) completeDeps() error {
	if p.Deps == "" {
		if p.Depfile != "" || len(p.targets) > 0 || p.phony {
			return errors.New("-MF, -MT, -MQ or -MP without -MD")
		}
		return nil
	}
	if p.Depfile == "" {
		p.Depfile = replaceExt(p.Object, ".d")
	}
	if len(p.targets) == 0 {
		p.targets = []target{{"-MQ", p.object}}
	}
	return p.paths.unclear(p.Env)
}

// replaceExt is LLVM's path::replace_extension.
func replaceExt(path, ext string) string {
	if base := filepath.Base(path); base != "." {
		path = strings.TrimSuffix(path, filepath.Ext(base))
	}
	return path + ext
}
