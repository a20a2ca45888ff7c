// Package action turns a DTLTO job into a Remote Execution API action whose
// digest depends on content alone, and back.
//
// Everything in a job that says where and when it was made (folders, archive
// offsets, process ids, the linker output's name) is replaced by a canonical
// name, in the arguments and in the shard. What is left in the action is what
// the compiler reads: equal content gives an equal digest, on any machine.
//
// It owns the canonical names and the meaning of the compiler's options. It
// runs nothing and stores nothing.
package action

import (
	"fmt"
	"slices"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/types/known/durationpb"

	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
	"thinrex/go/link/distfile"
)

// An Action is one job in canonical form.
type Action struct {
	Digest  digest.Digest // of the Action message: the Action Cache's key
	Job     distfile.Job
	Args    []string // canonical, what the compiler is passed
	Inputs  []Input
	Tools   []Input  // the compiler's own files, equal for all actions of a link
	Outputs []Output // Outputs[0] is the native object
	Here    bool     // only this machine has all that the compiler reads
	named   bool     // Inputs has what assembly names
	Messages

	// ShardKept says why the shard's numbers still depend on the names that the
	// link gave its modules, so that an equal job may have another digest. It is
	// nil when they don't.
	ShardKept error
}

// Messages are an action's protocol messages, serialised: what a server needs
// in its CAS to execute it, beside the files.
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
	Shared   bool   // Path is made from the content, and other links may use it
}

// Module is the path of the bitcode module, for messages.
func (a *Action) Module() string { return a.Job.Module() }

// Size is about how much memory the action takes, in bytes.
func (a *Action) Size() int64 {
	const perInput = 256 // its names, digest and stat
	size := len(a.Action) + len(a.Command) + perInput*(1+len(a.Inputs))
	for _, in := range a.Inputs {
		size += len(in.Data)
	}
	for _, data := range a.Directories {
		size += len(data)
	}
	return int64(size)
}

// InputsChanged returns the path of an input that is no longer the file it was
// when the action was made, or "".
func (a *Action) InputsChanged() string {
	for _, in := range a.Inputs {
		if in.File.Changed() {
			return in.File.Path
		}
	}
	return ""
}

// Options are what all actions of a link share beside the dist-file.
type Options struct {
	Files       *filedigest.Cache
	Identity    string            // of a compiler that a worker has: clang.Compiler.Identity
	Launched    []string          // arguments that are paths of programs which Identity covers
	Launch      []string          // what a worker runs the compiler with: its path, or a loader and its path
	Tools       []Input           // the compiler's own files, when a worker needn't have them
	Env         map[string]string // the compiler's whole environment
	ExtraInputs []string          // files that the compiler reads and no option known to us names
	Properties  map[string]string // what a worker must be, as --remote_default_exec_properties
	Timeout     time.Duration     // of one execution
}

// A Builder makes the actions of one dist-file. It is safe for concurrent use.
type Builder struct {
	opts     Options
	common   commonPart
	env      []*repb.Command_EnvironmentVariable
	platform *repb.Platform // nil without properties
	tools    tree
	looks    looks
}

// An Uncacheable says why a job can't be made an action. The job must then
// run as it is, in the linker's directory.
type Uncacheable struct {
	Cause  string // the same for all jobs that have it, so that it is said once
	Reason string
}

func (u *Uncacheable) Error() string { return u.Reason }

// NewBuilder prepares what the jobs share. The error is an *Uncacheable when
// no job of this dist-file can be an action.
func NewBuilder(common distfile.Common, o Options) (*Builder, error) {
	b := &Builder{opts: o, env: sortedEnv(o.Env), platform: platform(o.Properties), looks: newLooks()}
	var err error
	if b.tools, err = newTree(o.Files.Function(), o.Tools, tree{}); err != nil {
		return nil, err
	}
	b.common, err = readCommon(common, o)
	return b, err
}

// Build makes the action of one job. An *Uncacheable error leaves the job to
// run as it is; any other names an input that can't be read. Files that
// assembly in the modules names are missing until ReadsMore has found them.
func (b *Builder) Build(job distfile.Job) (*Action, error) {
	a, err := b.build(job, named{})
	if err != nil {
		return nil, err
	}
	n, _ := b.looks.job(a.Digest)
	switch {
	case n.nothing():
		return a, nil
	case n.not != nil:
		return nil, n.not
	}
	return b.build(job, n)
}

func (b *Builder) build(job distfile.Job, more named) (*Action, error) {
	a := &Action{Job: job, Tools: b.opts.Tools, Here: more.here, named: !more.nothing()}
	names, err := b.addJobInputs(a)
	if err != nil {
		return nil, err
	}
	a.Inputs = slices.Concat(a.Inputs, b.common.inputs, more.inputs)
	a.Outputs = jobOutputs(job, b.common.suffixes)
	for _, out := range a.Outputs {
		names[out.Path] = out.Name
	}
	args, err := b.canonicalArgs(job.Args, names)
	if err != nil {
		return nil, err
	}
	a.Args = slices.Concat(b.common.args, args)
	err = b.serialise(a)
	if err == nil && slices.Contains(b.common.suffixes, dwoSuffix) {
		nameDWO(a, a.Digest)
		err = b.serialise(a)
	}
	if err != nil {
		return nil, err
	}
	return a, nil
}

// serialise makes a's messages and digest.
func (b *Builder) serialise(a *Action) error {
	function := b.opts.Files.Function()
	root, err := newTree(function, a.Inputs, b.tools)
	if err != nil {
		return err
	}
	outputs := outputNames(a.Outputs)
	command, commandDigest, err := function.OfMessage(&repb.Command{
		Arguments:            slices.Concat(b.opts.Launch, a.Args),
		EnvironmentVariables: b.env,
		OutputFiles:          outputs, //lint:ignore SA1019 some servers ignore OutputPaths
		OutputPaths:          outputs,
		Platform:             b.platform, //lint:ignore SA1019 some servers read only this one
	})
	if err != nil {
		return err
	}
	action, actionDigest, err := function.OfMessage(&repb.Action{
		CommandDigest:   commandDigest.Proto(),
		InputRootDigest: root.digest.Proto(),
		Timeout:         durationpb.New(b.opts.Timeout),
		Salt:            []byte("thinrex 2 " + b.opts.Identity),
		Platform:        b.platform,
	})
	if err != nil {
		return fmt.Errorf("action of %s: %w", a.Module(), err)
	}
	a.Digest = actionDigest
	a.Messages = Messages{action, command, commandDigest, root.blobs}
	return nil
}
