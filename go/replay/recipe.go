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

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/proto"

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
	var a repb.Action
	if err := l.message(key, &a); err != nil {
		return fmt.Errorf("the action: %w", err)
	}
	l.recipe.Salt = string(a.GetSalt())
	if strings.HasPrefix(l.recipe.Salt, "thinrex cc ") {
		return ErrCompilation
	}
	command, err := digest.FromProto(a.GetCommandDigest())
	if err != nil {
		return fmt.Errorf("%w: its command: %w", ErrHostile, err)
	}
	if err := l.command(command); err != nil {
		return fmt.Errorf("its command: %w", err)
	}
	root, err := digest.FromProto(a.GetInputRootDigest())
	if err != nil {
		return fmt.Errorf("%w: its inputs: %w", ErrHostile, err)
	}
	if err := l.folder("", root, 0); err != nil {
		return fmt.Errorf("its inputs: %w", err)
	}
	return nil
}

// message reads a blob as a message.
func (l *loader) message(d digest.Digest, m proto.Message) error {
	if d.Size > maxMessage {
		return fmt.Errorf("%w: %v is too large", ErrHostile, d)
	}
	data, err := l.from.Blob(l.ctx, d)
	if err != nil {
		return err
	}
	if err := proto.Unmarshal(data, m); err != nil {
		return fmt.Errorf("%w: %v: %w", ErrHostile, d, err)
	}
	return nil
}

// command reads what is run, in which environment, and what it writes.
func (l *loader) command(d digest.Digest) error {
	var c repb.Command
	if err := l.message(d, &c); err != nil {
		return err
	}
	r := l.recipe
	r.Args, r.Outputs = c.GetArguments(), c.GetOutputPaths()
	for _, v := range c.GetEnvironmentVariables() {
		if !isVariable(v) {
			return fmt.Errorf("%w: variable %q", ErrHostile, v.GetName())
		}
		r.Env = append(r.Env, action.Variable{Name: v.GetName(), Value: v.GetValue()})
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
	if object < 0 || len(r.Args) == 0 || c.GetWorkingDirectory() != "" {
		return ErrHostile
	}
	r.Outputs[0], r.Outputs[object] = r.Outputs[object], r.Outputs[0]
	return nil
}

// isVariable reports whether env(1) takes a variable for one.
func isVariable(v *repb.Command_EnvironmentVariable) bool {
	name := v.GetName()
	return name != "" && name[0] != '-' && !strings.ContainsAny(name, "=\x00") && !strings.ContainsRune(v.GetValue(), 0)
}

// folder reads a Directory and those below it.
func (l *loader) folder(prefix string, d digest.Digest, depth int) error {
	if l.folders++; l.folders > maxFolders || depth > maxDepth {
		return fmt.Errorf("%w: too many folders", ErrHostile)
	}
	var dir repb.Directory
	if err := l.message(d, &dir); err != nil {
		return err
	}
	if len(dir.GetSymlinks()) > 0 {
		return fmt.Errorf("%w: it has symbolic links", ErrHostile)
	}
	seen := map[string]bool{}
	for _, f := range dir.GetFiles() {
		if err := l.file(prefix, f, seen); err != nil {
			return err
		}
	}
	for _, below := range dir.GetDirectories() {
		name := below.GetName()
		child, err := digest.FromProto(below.GetDigest())
		if err != nil || !isName(name) || seen[name] {
			return fmt.Errorf("%w: folder %q", ErrHostile, prefix+name)
		}
		seen[name] = true
		if err := l.folder(prefix+name+"/", child, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) file(prefix string, f *repb.FileNode, seen map[string]bool) error {
	name := f.GetName()
	d, err := digest.FromProto(f.GetDigest())
	if err != nil || !isName(name) || seen[name] {
		return fmt.Errorf("%w: file %q", ErrHostile, prefix+name)
	}
	seen[name] = true
	if l.bytes += d.Size; d.Size > maxFile || l.bytes > maxInputs {
		return fmt.Errorf("%w: %s, of %d bytes, is too large", ErrHostile, prefix+name, d.Size)
	}
	if len(l.recipe.Inputs) == maxFiles {
		return fmt.Errorf("%w: it has more than %d files", ErrHostile, maxFiles)
	}
	l.recipe.Inputs = append(l.recipe.Inputs, Input{
		Name:       path.Join(prefix, name),
		Digest:     d,
		Executable: f.GetIsExecutable(),
	})
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
