// Package replay runs an action of a link again: it reads the action's messages and inputs
// from where a cache has kept them, and lays them out in a folder, for a person with a
// script, or for a comparison with the cached result.
//
// What a service sends is hostile until it is verified: each blob has its digest, names
// can't lead out of the folder, there are no symbolic links, and counts and sizes are
// bounded.
package replay

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// A Source has blobs of actions: a disk cache, or a service.
type Source interface {
	// Blob returns a blob that has its digest. The error wraps fs.ErrNotExist if there is
	// none.
	Blob(context.Context, digest.Digest) ([]byte, error)
}

// ErrHostile says that what a key leads to isn't an action that thinrex has made.
var ErrHostile = errors.New("isn't an action of a link that thinrex has made")

// ErrCompilation says that a key is one of thinrex cc. Such an action can't be run: its
// inputs have names of the machine that it was made on.
var ErrCompilation = errors.New("is a compilation of thinrex cc: run its command again, where it ran")

// The bounds of an action. A job of a very large link has some thousand imports.
const (
	maxMessage = 16 << 20 // bytes of one message
	maxFiles   = 100_000
	maxFolders = 10_000
	maxDepth   = 32
	maxFile    = 1 << 30  // bytes of one input; reapi bounds outputs by the same
	maxInputs  = 32 << 30 // bytes of all inputs
)

// objectName is the object of a link's job: see package link/canon.
const objectName = "m.native.o"

// A Recipe is an action that can be run: all but the content of its inputs.
type Recipe struct {
	Key     digest.Digest
	Salt    string   // identifies the compiler: see canon.Salt
	Args    []string // the first is the compiler as workers run it
	Env     []action.Variable
	Inputs  []Input
	Outputs []string // the object first
}

// An Input is one file that the action reads.
type Input struct {
	Name       string // slash-separated
	Digest     digest.Digest
	Executable bool
}

// Load reads the messages of an action.
func Load(ctx context.Context, from Source, key digest.Digest) (*Recipe, error) {
	l := loader{ctx: ctx, from: from, recipe: &Recipe{Key: key}}
	if err := l.load(key); err != nil {
		return nil, fmt.Errorf("%v: %w", key, err)
	}
	return l.recipe, nil
}

// A loader makes one recipe.
type loader struct {
	ctx     context.Context
	from    Source
	recipe  *Recipe
	folders int
	bytes   int64
}

func (l *loader) load(key digest.Digest) error {
	a, err := l.action(key)
	if err != nil {
		return fmt.Errorf("the action: %w", err)
	}
	l.recipe.Salt = a.salt
	if strings.HasPrefix(a.salt, "thinrex cc ") {
		return ErrCompilation
	}
	if err := l.command(a.command); err != nil {
		return fmt.Errorf("its command: %w", err)
	}
	if err := l.folder("", a.root, 0); err != nil {
		return fmt.Errorf("its inputs: %w", err)
	}
	return nil
}

// blob reads the blob of a message.
func (l *loader) blob(d digest.Digest) ([]byte, error) {
	if err := d.Check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHostile, err)
	}
	if d.Size > maxMessage {
		return nil, fmt.Errorf("%w: %v is too large", ErrHostile, d)
	}
	return l.from.Blob(l.ctx, d)
}

// command reads what is run, in which environment, and what it writes.
func (l *loader) command(d digest.Digest) error {
	data, err := l.blob(d)
	if err != nil {
		return err
	}
	c, err := readCommand(data)
	if err != nil {
		return err
	}
	r := l.recipe
	r.Args, r.Env, r.Outputs = c.args, c.env, c.outputs
	for _, v := range r.Env {
		if !isVariable(v) {
			return fmt.Errorf("%w: variable %q", ErrHostile, v.Name)
		}
	}
	for _, arg := range r.Args {
		if strings.ContainsRune(arg, 0) {
			return fmt.Errorf("%w: argument %q", ErrHostile, arg)
		}
	}
	for _, name := range r.Outputs {
		if !isName(name) {
			return fmt.Errorf("%w: output %q", ErrHostile, name)
		}
	}
	object := slices.Index(r.Outputs, objectName)
	if object < 0 || len(r.Args) == 0 || c.workingDirectory != "" {
		return ErrHostile
	}
	r.Outputs[0], r.Outputs[object] = r.Outputs[object], r.Outputs[0]
	return nil
}

// isVariable reports whether env(1) takes a variable for one.
func isVariable(v action.Variable) bool {
	return v.Name != "" && v.Name[0] != '-' && !strings.ContainsAny(v.Name, "=\x00") && !strings.ContainsRune(v.Value, 0)
}

// folder reads a Directory and those below it.
func (l *loader) folder(prefix string, d digest.Digest, depth int) error {
	if l.folders++; l.folders > maxFolders || depth > maxDepth {
		return fmt.Errorf("%w: too many folders", ErrHostile)
	}
	data, err := l.blob(d)
	if err != nil {
		return err
	}
	nodes, err := readDirectory(data)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, n := range nodes {
		if !isName(n.name) || seen[n.name] {
			return fmt.Errorf("%w: the name %q", ErrHostile, prefix+n.name)
		}
		seen[n.name] = true
		if n.isFolder {
			err = l.folder(prefix+n.name+"/", n.digest, depth+1)
		} else {
			err = l.file(prefix+n.name, n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) file(name string, n node) error {
	if err := n.digest.Check(); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrHostile, name, err)
	}
	if l.bytes += min(n.digest.Size, maxFile+1); n.digest.Size > maxFile || l.bytes > maxInputs {
		return fmt.Errorf("%w: %s, of %d bytes, is too large", ErrHostile, name, n.digest.Size)
	}
	if len(l.recipe.Inputs) == maxFiles {
		return fmt.Errorf("%w: it has more than %d files", ErrHostile, maxFiles)
	}
	l.recipe.Inputs = append(l.recipe.Inputs, Input{Name: name, Digest: n.digest, Executable: n.executable})
	return nil
}

// isName reports whether a name stands for a file in the folder that it is used in, on
// each system.
func isName(name string) bool {
	return name != "." && filepath.IsLocal(name) && !strings.ContainsAny(name, "/\\:\x00")
}

// BringsCompiler reports whether the compiler is one of the inputs (--toolchain=upload).
func (r *Recipe) BringsCompiler() bool { return !path.IsAbs(r.Args[0]) }

// Action is what a cache needs to look up the action's result.
func (r *Recipe) Action() *action.Action {
	a := &action.Action{Digest: r.Key, Subject: r.Key.String()}
	for i, name := range r.Outputs {
		a.Outputs = append(a.Outputs, action.Output{Name: name, Path: name, Optional: i > 0})
	}
	return a
}
