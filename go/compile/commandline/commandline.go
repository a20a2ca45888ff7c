// Package commandline parses the command line of clang's GCC-like driver when it
// compiles one C or C++ source to ThinLTO bitcode. It finds out which files the
// command reads and writes, and which arguments matter for the search of headers and
// for the optimiser. Package clang knows the options. A command with an option that
// has no row there is refused, because that option may read or write anything;
// package compile then runs the command unchanged.
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

// An Invocation is a command of which every argument is known. Paths below
// Options.BaseDir are relative in it.
type Invocation struct {
	Program    string   // the compiler's name without a folder, on which language and target depend
	Args       []string // in their order, without those that ask for outputs
	KeyArgs    []string // Args for the key: equal in checkouts whose objects are equal
	IRArgs     []string // the part of Args on which depends what the optimiser makes of IR
	SearchArgs []string // the part on which depends where headers are looked for, and the language
	DriverArgs []string // the part on which depends what the driver adds for the compiler proper
	Env        []string // the part of Options.Env on which anything depends, sorted

	Source string         // is in Args as well
	Forced []string       // files of -include and -imacros
	Read   []string       // other files that options read
	Macros cppscan.Source // those of -D

	Shadowed bool // the compiler may warn of headers that another one of the same name hides

	Object      string // of -o, or the driver's default
	Depfile     string // of -MF, or the driver's default; "" for none, as below
	Deps        string // "", -MD or -MMD, which leaves out system headers
	ThinLink    string // of -fthin-link-bitcode=
	Diagnostics string // of --serialize-diagnostics
	Trace       string // of -ftime-trace
	Record      Record // of -fsave-optimization-record
	Fat         bool   // -ffat-lto-objects: the object is an ELF file of machine code that holds the bitcode

	dir     string
	paths   *pathRewriter
	mapped  bool     // a prefix map is in canonical form in KeyArgs
	targets []target // of the depfile
	phony   bool     // -MP
	debug   debugLevel
	split   splitKind
	whole   bool // front end and optimiser must run at once, for some option
	located bool // the object names the working directory even without debug information
	mapping bool // so does its map of counters, unless its compilation directory is given by an option
	placed  bool // an option says by which name
}

// Options say where and how a command is run.
type Options struct {
	Dir     string   // the working directory, by the name that the compiler knows
	Env     []string // the compiler's environment
	Named   []string // of --action_env: variables of Env that are part of the key in any case
	Read    []string // of --extra_input: files that the compiler reads though no option names them
	BaseDir string   // absolute paths below it are made relative; "" for none
	Colour  bool     // messages have colours, unless an option says otherwise
}

// Parse parses the arguments of a command. The error says why its results can't be
// cached: it isn't a single ThinLTO compilation, or something in it isn't known.
func Parse(program string, args []string, o Options) (*Invocation, error) {
	env, err := environment(o.Env, o.Named)
	if err != nil {
		return nil, err
	}
	if args, err = clang.ExpandResponseFiles(args); err != nil {
		return nil, err
	}
	driver, err := clang.DriverOf(program)
	if err != nil {
		return nil, err
	}
	in := &Invocation{
		Program: driver.Name,
		Env:     env,
		dir:     o.Dir,
		paths:   newPathRewriter(o.BaseDir, o.Dir),
	}
	p := &parser{Invocation: in, driver: driver, rest: args}
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
	in.KeyArgs = in.Args
	if !in.mapping { // of which it isn't known how prefix maps change the names in it
		in.KeyArgs, in.mapped = in.paths.canonical(in.Args)
	}
	return in, nil
}

// complete checks the command as a whole, and names the outputs that have no name in
// it.
func (p *parser) complete(colour bool) error {
	switch {
	case !p.only || !p.thin:
		return errors.New("not a ThinLTO compilation: it has no -c or no -flto=thin")
	case p.Source == "":
		return errors.New("no source")
	case p.driver.Relative && slices.Contains(p.Args, "-no-canonical-prefixes"):
		return errors.New("with -no-canonical-prefixes, a compiler called by a relative name calls its headers by one" +
			" (call it by an absolute name)")
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
		p.Object, p.unnamed = p.object, true
	}
	if p.traced && p.Trace == "" {
		p.Trace = replaceExt(p.Object, ".json")
	} else if fi, err := os.Stat(p.Trace); p.Trace != "" && err == nil && fi.IsDir() {
		p.Trace = filepath.Join(p.Trace, replaceExt(filepath.Base(p.Object), ".json"))
	}
	if err := p.completeRecord(); err != nil {
		return err
	}
	if err := p.checkSplit(); err != nil {
		return err
	}
	if err := p.checkFat(); err != nil {
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

// checkMacros scans the macros of -D. None may make the compilation depend on
// something that isn't in its key.
func (p *parser) checkMacros() error {
	p.Macros = cppscan.Scan([]byte(p.macros.String()))
	switch {
	case p.Macros.Reason != "":
		return fmt.Errorf("a -D %s", p.Macros.Reason)
	case p.Macros.Renames():
		return errors.New("a -D asks for files by __has_include under another name")
	case len(p.Macros.Probes) > 0:
		return errors.New("a -D asks for files by __has_include")
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
	return p.paths.checkDepfile(p.Env)
}

// replaceExt replaces a path's extension as LLVM's path::replace_extension does.
func replaceExt(path, ext string) string {
	if base := filepath.Base(path); base != "." {
		path = strings.TrimSuffix(path, filepath.Ext(base))
	}
	return path + ext
}
