package compile

import (
	"context"
	"fmt"
	"slices"

	"thinrex/go/clang"
	"thinrex/go/compile/commandline"
	"thinrex/go/compile/searchpath"
	"thinrex/go/host/filedigest"
	"thinrex/go/host/memo"
)

// A request is one compilation as it was asked for: the arguments, understood, and the
// compiler that they are for.
type request struct {
	options  Options
	program  string // the compiler, as it was called
	in       *commandline.Invocation
	compiler *clang.Compiler
	search   *searchpath.SearchPath
	keys     *keyer
}

// newRequest fails for arguments, places of outputs and compilers that aren't
// understood.
func newRequest(ctx context.Context, program string, args []string, o Options) (*request, error) {
	in, err := commandline.Parse(program, args, commandline.Options{
		Dir:     o.Dir,
		Env:     o.Env,
		Named:   o.Named,
		Read:    o.Read,
		BaseDir: o.BaseDir,
		Colour:  o.Colour,
	})
	if err != nil {
		return nil, err
	}
	o.Record.Source, o.Record.Output = in.Source, in.Object
	if err := checkPlaces(in); err != nil {
		return nil, err
	}
	r := &request{options: o, program: program, in: in}
	if r.compiler, err = r.identifyCompiler(ctx); err != nil {
		return nil, err
	}
	if r.search, err = r.findHeaders(ctx); err != nil {
		return nil, err
	}
	if r.compiler.Unknown != "" {
		return nil, notCached("%s", r.compiler.Unknown)
	}
	r.keys = newKeyer(r)
	r.noteRequest()
	return r, nil
}

// identifyCompiler finds out which compiler the program is now.
func (r *request) identifyCompiler(ctx context.Context) (*clang.Compiler, error) {
	o := r.options
	files := filedigest.Open(memo.Path(o.StateDir, memo.CompilerDigests), o.Function)
	compiler, err := clang.Resolve(ctx, r.program, clang.ResolveOptions{
		Dir:       o.Dir,
		RunsIn:    o.Dir,
		Args:      []string{"-c"},
		Env:       o.Env,
		Files:     files,
		StateDir:  o.StateDir,
		NoScripts: true,
	})
	if err == nil {
		_ = files.Save() // else the next compilation hashes the compiler again
	}
	return compiler, err
}

// dataFiles are read by the compiler, but not by its preprocessor: profiles and the
// like.
func (r *request) dataFiles() []string { return slices.Concat(r.in.Read, r.search.Lists) }

// inTwoSteps reports whether the front end and the optimiser run one after the other,
// with the IR between them as a key.
func (r *request) inTwoSteps() bool {
	return (r.options.Keys == IR || r.options.Keys == Both) && r.in.TwoSteps()
}

// apart returns why other checkouts won't find the result although --base_dir is given,
// for the message about a miss; "" if they will.
func (r *request) apart() string {
	o := r.options
	name, named := r.in.WorkingDir()
	switch {
	case o.BaseDir == "":
		return ""
	case !r.in.Shares():
		return fmt.Sprintf("; --base_dir=%s has no effect: the working directory isn't below it; "+
			"give a folder that holds both", o.BaseDir)
	case named && name == o.Dir:
		return "; only for this checkout: the object names the working directory (-ffile-compilation-dir=. prevents that)"
	default:
		return ""
	}
}

// verbose says for --verbose what happened to the source.
func (r *request) verbose(format string, args ...any) {
	r.options.Verbose("%s: "+format, append([]any{r.in.Source}, args...)...)
}
