// Package action is the vocabulary that links, compilations, caches and services
// share: an Action, its Result, and the interfaces Cache and Executor.
//
// An Action's digest depends on content alone: two jobs that would make a
// compiler read the same bytes with the same arguments have the same digest, on
// any machine. Package link/canon makes actions of a linker's jobs, package
// compile of compilations.
package action

import (
	"context"
	"errors"
	"time"

	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
)

// A Cache keeps results of actions. A store and a remote service are caches.
type Cache interface {
	// Lookup returns the result of an action, or nil if the cache has none. It has
	// verified the bytes against their digests. The caller checks that they are what a
	// compiler writes: see Action.Check.
	Lookup(context.Context, *Action) (*Result, error)
	// Store keeps a result for later calls of Lookup. The caller has checked it.
	Store(context.Context, *Action, *Result) error
}

// An Executor runs an action. A compiler that fails is a result with an exit
// code; an error says that the action could not be run.
type Executor interface {
	Execute(context.Context, *Action) (*Result, error)
}

// ErrDamaged says that a Cache can't keep a result, because a blob of it is damaged
// there and stays so: the service accepts another upload of the blob, but keeps what it
// has. Other results can still be stored.
var ErrDamaged = errors.New("is damaged in the CAS, and uploading it again doesn't replace it: have it removed there")

// An InputError says that an input can't be used: it isn't there, can't be read,
// or isn't what the link needs. The command then exits with the code for bad
// usage: see docs/options.md.
type InputError struct{ Err error }

func (e *InputError) Error() string { return e.Err.Error() }
func (e *InputError) Unwrap() error { return e.Err }

// ErrInputChanged means that a file has changed since its digest was made. A result
// for it must not be stored under the action's digest.
var ErrInputChanged = errors.New("changed while the link was running")

// An Uncacheable error says why there can be no action for a job. The job then runs
// as it is, in the linker's or the user's directory.
type Uncacheable struct {
	Cause  string // equal for all jobs with the same problem, so that the user is told once
	Reason string
}

func (u *Uncacheable) Error() string { return u.Reason }

// An Action is one command in canonical form, with the files that it reads.
type Action struct {
	Digest  digest.Digest // of the Action message: the Action Cache's key
	Subject string        // the user's module or source file, for messages
	Args    []string      // the compiler's arguments, with canonical names
	Inputs  []Input
	Tools   []Input  // the compiler's own files, equal for all actions of a link
	Outputs []Output // Outputs[0] is the object
	Here    bool     // it must run on this machine: a worker lacks files that the compiler reads

	// Unstable says why another job with the same content may get another digest. It is
	// nil in all but rare cases: see link/canon.
	Unstable error

	Messages
}

// Messages are the serialised protocol messages that a server needs, in addition to
// the files, to execute an action.
type Messages struct {
	Action, Command []byte
	CommandDigest   digest.Digest
	Directories     map[digest.Digest][]byte // of the input root
}

// An Input is one file of the input root.
type Input struct {
	Name       string // canonical, slash-separated, relative to the input root
	Digest     digest.Digest
	File       filedigest.File // where its bytes are, unless Data holds them
	Data       []byte          // bytes made from a file: the renamed shard
	Executable bool
}

// An Output is one file that the compiler writes.
type Output struct {
	Name     string // canonical
	Path     string // where the linker or the user looks for it
	Optional bool   // the compiler doesn't always write it
	Shared   bool   // Path is made from the content, so that other links may write the same file
}

// Size estimates how many bytes of memory the action takes. Links bound how many
// actions wait at a time by it.
func (a *Action) Size() int64 {
	const perInput = 256 // names, digest, times and size
	size := len(a.Action) + len(a.Command) + perInput*(1+len(a.Inputs))
	for _, in := range a.Inputs {
		size += len(in.Data)
	}
	for _, data := range a.Directories {
		size += len(data)
	}
	return int64(size)
}

// InputsChanged returns the path of an input that has changed since the action was
// made; "" if none has.
func (a *Action) InputsChanged() string {
	for _, in := range a.Inputs {
		if in.File.Changed() {
			return in.File.Path
		}
	}
	return ""
}

// A Spec holds what goes into an action's messages in addition to its own fields.
type Spec struct {
	Function   digest.Function
	Program    []string // what the command begins with, before Action.Args
	Env        []Variable
	Tools      *Tree             // the tree of Action.Tools; nil for none
	Properties map[string]string // of a worker
	Timeout    time.Duration     // of the execution
	Salt       string            // what else the result depends on: the compiler's identity

	// Runnable actions may be executed by a worker. Their outputs are also named in the
	// older field, which some servers read instead. A compilation's action isn't
	// runnable: its digest is just the key of a result.
	Runnable bool
}

// A Variable is one entry of a command's environment.
type Variable struct{ Name, Value string }
