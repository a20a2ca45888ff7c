// Package canon turns a job of the linker into an action whose digest, the job's
// key, depends on content alone.
//
// Names in a job tell where and when it was made: folders, archive offsets, process
// ids, the linker output's name. They are replaced by canonical names, in the
// arguments and in the shard. What is left is what the compiler reads: equal content
// gives an equal digest, on any machine. See docs/keys.md.
//
// It runs nothing and stores nothing.
package canon

import (
	"slices"
	"time"

	"golang.org/x/sync/semaphore"

	"thinrex/go/action"
	"thinrex/go/bitcode"
	"thinrex/go/host/filedigest"
	"thinrex/go/link/distfile"
)

// Options are what all actions of a link have in common, beside the dist-file.
type Options struct {
	Files       *filedigest.Cache
	Identity    string            // of the compiler: clang.Compiler.Identity
	Launched    []string          // arguments that are paths of programs which Identity covers
	Launch      []string          // how a worker starts the compiler: its path, or a loader and its path
	Tools       []action.Input    // the compiler's own files, if they are uploaded
	Env         map[string]string // the compiler's whole environment
	ExtraInputs []string          // of --extra_input: files that the compiler reads though no known option names them
	Properties  map[string]string // of --remote_default_exec_properties: which workers may run the action
	Timeout     time.Duration     // of one execution
}

// A Builder makes the actions of one dist-file. It is safe for concurrent use.
type Builder struct {
	opts     Options
	common   commonPart
	spec     action.Spec
	scanned  assemblyMemo
	declared *moduleMemo[*bitcode.Module]
}

// NewBuilder prepares what the jobs have in common. The error is an
// *action.Uncacheable when no job of this dist-file can be cached.
func NewBuilder(common distfile.Common, o Options) (*Builder, error) {
	reading := semaphore.NewWeighted(maxScanned)
	b := &Builder{opts: o, scanned: newAssemblyMemo(reading), declared: newDeclaredMemo(reading)}
	b.spec = action.Spec{
		Function:   o.Files.Function(),
		Program:    o.Launch,
		Properties: o.Properties,
		Timeout:    o.Timeout,
		Salt:       Salt(o.Identity),
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

// Salt is what an action's salt says of its compiler.
func Salt(identity string) string { return "thinrex 2 " + identity }

// Build makes the action of one job. After an *action.Uncacheable error the job runs
// as the linker wrote it; any other error names an input that can't be read. Files
// that assembly in the modules names are part of the action only after ReadsMore has
// found them.
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
		b.scanned.rememberJob(a.Digest, assemblyFiles{}) // this action has all of them
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
