// Package compile caches compilations of C and C++ to ThinLTO bitcode: the
// object, all that the compiler writes beside it, and its words.
//
// A result is found by what the compiler would read. Which files these are is
// known from an earlier compilation of the same source with the same
// arguments, and kept in a manifest; their content, the arguments and the
// compiler make the key. A result is an ordinary action result, though no
// worker could execute its action.
//
// What isn't understood in full isn't cached: Run then returns a *Plain error
// with nothing printed, and its caller runs the command as it is.
package compile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"thinrex/go/action"
	"thinrex/go/clang"
	"thinrex/go/compile/commandline"
	"thinrex/go/compile/headermemo"
	"thinrex/go/compile/searchpath"
	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
	"thinrex/go/host/memo"
)

// Options say where results are kept and what counts as equal.
type Options struct {
	Cache    action.Cache        // on this machine; nil for none
	Remote   func() action.Cache // called when the one here has no result; nil for none, and so may be what it returns
	Function digest.Function
	StateDir string   // of this machine; "" for none
	Dir      string   // the working directory, by the name that the compiler knows it
	Env      []string // of the compiler
	Named    []string // variables of Env that are part of the key, whatever they are
	Read     []string // files that the compiler reads, though neither an option nor the depfile names them
	Keys     Keys
	MinInsts int    // smaller modules have no IR key
	BaseDir  string // absolute paths below it are made relative; "" for none
	Colour   bool   // messages go to a terminal
	Sandbox  string // where private directories are made; "" for the default
	Verbose  func(format string, args ...any)

	// CPUTime is what this process has used of the processor; nil for the system's
	// answer.
	CPUTime func() time.Duration
}

// Keys say what of a compilation is looked up.
type Keys string

// The keys.
const (
	Direct Keys = "direct" // what the compiler reads
	IR     Keys = "ir"     // what its front end makes of that
	Both   Keys = "both"   // the former, then the latter
)

// An Outcome is what the compiler says, or has said in an earlier compilation.
// The outputs are written.
type Outcome struct {
	ExitCode       int
	Stdout, Stderr []byte
	Stored         bool // the cache on this machine has got something new
}

// A Plain error says why a compilation isn't cached.
type Plain struct{ Reason string }

func (p *Plain) Error() string { return p.Reason }

func plain(format string, args ...any) error { return &Plain{fmt.Sprintf(format, args...)} }

// A compilation is one in progress.
type compilation struct {
	Options
	in       *commandline.Invocation
	started  time.Time
	program  string // the compiler, as it was called
	compiler *clang.Compiler
	search   *searchpath.SearchPath
	keys     *keyer
	manifest *action.Action
	files    *filedigest.Cache
	headers  *headermemo.Memory
	remote   action.Cache // once it has been asked for
	stored   bool         // something, here
	spoke    bool         // the optimiser, of places in the source

	compiling time.Duration // of the processor, by the compiler
}

// Run takes the compilation's result from a cache, or compiles and stores it.
// An error is a *Plain one, or the context's.
func Run(ctx context.Context, program string, args []string, o Options) (*Outcome, error) {
	c := &compilation{Options: o, program: program, started: time.Now()}
	outcome, err := c.run(ctx, args)
	if outcome != nil {
		outcome.Stored = c.stored
	}
	var why *Plain
	if err == nil || errors.As(err, &why) {
		return outcome, err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, plain("%v", err)
}

func (c *compilation) run(ctx context.Context, args []string) (*Outcome, error) {
	var err error
	c.in, err = commandline.Parse(c.program, args, commandline.Options{
		Dir: c.Dir, Env: c.Env, Named: c.Named, Read: c.Read, BaseDir: c.BaseDir, Colour: c.Colour,
	})
	if err != nil {
		return nil, err
	}
	if err := checkPlaces(c.in); err != nil {
		return nil, err
	}
	if c.compiler, err = c.resolve(ctx); err != nil {
		return nil, err
	}
	if c.search, err = c.findHeaders(ctx); err != nil {
		return nil, err
	}
	if c.compiler.Unknown != "" {
		return nil, plain("%s", c.compiler.Unknown)
	}
	if err := c.open(ctx); err != nil {
		return nil, err
	}
	if c.Keys != IR {
		hit, err := c.lookup(ctx)
		if err != nil || hit != nil {
			return hit, err
		}
	}
	return c.compile(ctx)
}

// resolve finds out which compiler it is, for now.
func (c *compilation) resolve(ctx context.Context) (*clang.Compiler, error) {
	files := filedigest.Open(memo.Path(c.StateDir, memo.CompilerDigests), c.Function)
	t, err := clang.Resolve(ctx, c.program, clang.ResolveOptions{
		Dir: c.Dir, RunsIn: c.Dir, Args: []string{"-c"}, Env: c.Env, Files: files, StateDir: c.StateDir, NoScripts: true,
	})
	if err == nil {
		_ = files.Save() // else the next compilation hashes it again
	}
	return t, err
}

// open makes the key of the manifest.
func (c *compilation) open(ctx context.Context) error {
	c.keys = c.newKeyer()
	source, err := filedigest.Open("", c.Function).FileUntil(ctx, c.in.Source)
	if err != nil {
		return err
	}
	if c.manifest, err = c.keys.manifest(file{c.in.Source, source.Digest}); err != nil {
		return err
	}
	// The digests of what this source includes, in a file of its own: one for
	// all sources would be long, and it is read at each hit.
	c.files = c.openDigests()
	c.headers = headermemo.Open(c.StateDir)
	return nil
}

func (c *compilation) openDigests() *filedigest.Cache {
	key := c.manifest.Digest.Hash
	return filedigest.Open(memo.Path(c.StateDir, memo.SourceDigests, key[:2], key), c.Function)
}
