// Package canon turns a job of the linker into an action whose digest depends on
// content alone.
//
// Everything in a job that says where and when it was made (folders, archive
// offsets, process ids, the linker output's name) is replaced by a canonical
// name, in the arguments and in the shard. What is left is what the compiler
// reads: equal content gives an equal digest, on any machine.
//
// It runs nothing and stores nothing.
package canon

import (
	"slices"
	"time"

	"thinrex/go/action"
	"thinrex/go/host/filedigest"
	"thinrex/go/link/distfile"
)

// Options are what all actions of a link share beside the dist-file.
type Options struct {
	Files       *filedigest.Cache
	Identity    string            // of a compiler that a worker has: clang.Compiler.Identity
	Launched    []string          // arguments that are paths of programs which Identity covers
	Launch      []string          // what a worker runs the compiler with: its path, or a loader and its path
	Tools       []action.Input    // the compiler's own files, when a worker needn't have them
	Env         map[string]string // the compiler's whole environment
	ExtraInputs []string          // files that the compiler reads and no option known to us names
	Properties  map[string]string // what a worker must be, as --remote_default_exec_properties
	Timeout     time.Duration     // of one execution
}

// A Builder makes the actions of one dist-file. It is safe for concurrent use.
type Builder struct {
	opts    Options
	common  commonPart
	spec    action.Spec
	scanned assemblyMemo
}

// NewBuilder prepares what the jobs share. The error is an *action.Uncacheable
// when no job of this dist-file can be an action.
func NewBuilder(common distfile.Common, o Options) (*Builder, error) {
	b := &Builder{opts: o, scanned: newAssemblyMemo()}
	b.spec = action.Spec{
		Function:   o.Files.Function(),
		Program:    o.Launch,
		Properties: o.Properties,
		Timeout:    o.Timeout,
		Salt:       "thinrex 2 " + o.Identity,
		Runnable:   true,
	}
	for name, value := range o.Env {
		b.spec.Env = append(b.spec.Env, action.Variable{Name: name, Value: value})
	}
	var err error
	if b.spec.Tools, err = action.NewTree(o.Files.Function(), o.Tools, nil); err != nil {
		return nil, err
	}
	b.common, err = readCommon(common, o)
	return b, err
}

// Build makes the action of one job. An *action.Uncacheable error leaves the job
// to run as it is; any other names an input that can't be read. Files that
// assembly in the modules names are missing until ReadsMore has found them.
func (b *Builder) Build(job distfile.Job) (*action.Action, error) {
	a, err := b.buildWith(job, assemblyFiles{})
	if err != nil {
		return nil, err
	}
	files, _ := b.scanned.ofJob(a.Digest)
	switch {
	case files.none():
		return a, nil
	case files.uncacheable != nil:
		return nil, files.uncacheable
	}
	a, err = b.buildWith(job, files)
	if err == nil {
		b.scanned.rememberJob(a.Digest, assemblyFiles{}) // it has all of them
	}
	return a, err
}

// buildWith makes an action with further inputs.
func (b *Builder) buildWith(job distfile.Job, more assemblyFiles) (*action.Action, error) {
	a := &action.Action{Subject: job.Module(), Tools: b.opts.Tools, Here: more.here}
	names, err := b.addJobInputs(a, job)
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
	err = a.Seal(b.spec)
	if err == nil && slices.Contains(b.common.suffixes, dwoSuffix) {
		nameDWO(a, a.Digest)
		err = a.Seal(b.spec)
	}
	if err != nil {
		return nil, err
	}
	return a, nil
}
