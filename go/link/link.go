// Package link conducts one dist-file: it looks all jobs up, runs the misses,
// checks and stores what they gave, and writes the linker's outputs.
//
// It decides what happens in which order and what a failure means. How an
// action is keyed, stored or run is the business of the packages it calls.
package link

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"thinrex/go/action"
	"thinrex/go/clang"
	"thinrex/go/digest"
	"thinrex/go/host"
	"thinrex/go/host/filedigest"
	"thinrex/go/link/canon"
	"thinrex/go/link/distfile"
	"thinrex/go/reapi"
	"thinrex/go/report"
)

// Options say how a link is to be conducted.
type Options struct {
	Cache       action.Cache  // on this machine; nil for none
	Remote      *reapi.Client // nil for none
	Strategy    Strategy
	Files       *filedigest.Cache
	Slots       *host.Slots       // of this machine
	RemoteTasks int               // how many tasks are given to Remote at once
	Portable    bool              // workers get the compiler with each action
	Properties  map[string]string // of the workers
	StateDir    string            // "" for none
	SandboxBase string            // where private directories are made; "" for the default
	Env         map[string]string // the compiler's whole environment
	ExtraInputs []string
	Compiler    string // canonical argument 0; "" to take it from the compiler's version
	Timeout     time.Duration
	KeepGoing   bool
	// Patience is how long a job may be without news from a service before this
	// machine, if it is idle, compiles it as well; 0 for any time.
	Patience time.Duration
	Terminal *report.Terminal
	Started  time.Time // when the program started
}

// ErrCompilation says that a compiler failed; the terminal has been told.
var ErrCompilation = errors.New("a backend compilation failed")

// A conductor is one link in progress.
type conductor struct {
	Options
	file     *distfile.File
	compiler *clang.Compiler
	builder  *canon.Builder
	outputs  outputFiles
	tasks    tasks
	kept     *semaphore.Weighted // bytes of actions that wait with their tasks
	local    localRunner
	remote   *host.Slots   // of tasks given to Remote
	work     chan struct{} // slots of what needs a core and the disk, but no compiler
	hint     sync.Once
	linking  context.Context         // of the whole link
	launch   string                  // what a worker runs the compiler by
	stop     context.CancelCauseFunc // ends all jobs and lookups, after a failed compilation

	help    *queue // of jobs of which a service says nothing; nil for no help
	awaited awaited

	uploads   sync.WaitGroup  // results on their way to the remote cache
	storing   context.Context // of the uploads
	uploading *semaphore.Weighted

	mu        sync.Mutex
	summary   report.Summary
	unwritten map[action.Cache]bool // caches that can't be written; they aren't asked to store any more
	failures  failures
	doubt     doubt
	helped    int // jobs that a service had, and that this machine ended first
}

// Run conducts the link that f describes. When it fails, none of the outputs
// is left.
func Run(ctx context.Context, f *distfile.File, o Options) (report.Summary, error) {
	c := &conductor{Options: o, file: f, linking: ctx, unwritten: map[action.Cache]bool{}}
	c.failures.printed = map[[sha256.Size]byte]bool{}
	c.tasks.byKey = map[digest.Digest]*task{}
	c.kept, c.uploading = semaphore.NewWeighted(keptActions), semaphore.NewWeighted(uploadsAtOnce)
	c.remote = host.NewSlots(max(1, o.RemoteTasks), "")
	c.doubt.turn = make(chan struct{}, 1)
	c.work = make(chan struct{}, 4*runtime.GOMAXPROCS(0)) // some wait for the disk
	c.summary = report.Summary{LinkerOutput: f.Common.LinkerOutput, Jobs: len(f.Jobs)}
	telling, told := context.WithCancel(ctx)
	var giveUp context.CancelFunc
	c.storing, giveUp = context.WithCancel(ctx)
	var teller sync.WaitGroup
	teller.Go(func() { c.tellWaiting(telling) })
	err := c.run(ctx)
	c.waitForUploads(giveUp)
	told()
	teller.Wait()
	err = errors.Join(err, c.local.close())
	if err != nil {
		err = errors.Join(err, c.outputs.removeAll())
		c.summary.Error = err.Error()
	}
	c.summary.WallSeconds = c.sinceStart()
	return c.summary, err
}

func (c *conductor) run(ctx context.Context) error {
	if len(c.file.Jobs) == 0 {
		return nil
	}
	if err := c.prepare(ctx); err != nil {
		return err
	}
	c.summary.SetupSeconds = c.sinceStart()
	return c.conduct(ctx)
}

// prepare finds the compiler and reads the jobs' common part.
func (c *conductor) prepare(ctx context.Context) error {
	var err error
	resolution := clang.ResolveOptions{
		Dir: ".", Args: c.file.Common.Args[1:], Env: host.Environ(c.Env), Files: c.Files, StateDir: c.StateDir,
	}
	c.compiler, err = clang.Resolve(ctx, c.file.Common.Compiler(), resolution)
	if err != nil {
		return &host.EnvironmentError{Err: err}
	}
	c.local = localRunner{
		compiler: c.compiler.Path, env: host.Environ(c.Env), function: c.Files.Function(), base: c.SandboxBase,
	}
	options := canon.Options{
		Files: c.Files, Env: c.Env, ExtraInputs: c.ExtraInputs, Properties: c.Properties, Timeout: c.Timeout,
		Launched: c.compiler.Launched,
	}
	why, err := c.unknownCompiler(ctx, resolution)
	if err != nil {
		return err
	}
	if why != "" {
		c.warnUncached(&action.Uncacheable{Cause: "compiler", Reason: why})
		return nil // all jobs run as they are
	}
	if err := c.placeCompiler(&options); err != nil {
		return err
	}
	c.builder, err = canon.NewBuilder(c.file.Common, options)
	var uncacheable *action.Uncacheable
	if errors.As(err, &uncacheable) {
		c.builder = nil // all jobs run as they are
		c.warnUncached(uncacheable)
		return nil
	}
	return err
}

// unknownCompiler says why it isn't known what an action would run, so that the
// jobs must run as they are; "" if it is known. A compiler that runs only in the
// user's environment can't be an action's, which has a fixed one.
func (c *conductor) unknownCompiler(ctx context.Context, o clang.ResolveOptions) (why string, err error) {
	names, err := c.compiler.Needed(ctx, o, host.Inherited())
	if err != nil {
		return "", err
	}
	if len(names) == 0 {
		return c.compiler.Unknown, nil
	}
	return fmt.Sprintf("which compiler %s runs depends on %s, and compilers get a fixed environment;"+
		" %s passes it on, as part of the key",
		c.compiler.Path, strings.Join(names, " and "), "--action_env="+strings.Join(names, " --action_env=")), nil
}

// placeCompiler says where a worker has the compiler: at a path of its own,
// or in the input root.
func (c *conductor) placeCompiler(o *canon.Options) error {
	if !c.Portable {
		o.Identity, o.Launch = c.compiler.Identity, []string{c.Compiler}
		if c.Compiler == "" {
			o.Launch = []string{"/usr/bin/" + c.compiler.Name}
		}
		c.launch = o.Launch[0]
		return nil
	}
	p, err := c.compiler.Portable(c.Files, host.Environ(c.Env))
	if err != nil {
		return err
	}
	// Its files are in the input root. A worker's processor isn't known: see docs/keys.md.
	o.Identity, o.Launch = "processor "+c.compiler.Processor, p.Launch
	for _, f := range p.Files {
		o.Tools = append(o.Tools, action.Input{Name: f.Name, Digest: f.File.Digest, File: f.File, Executable: f.Executable})
	}
	return nil
}

func (c *conductor) warnUncached(why *action.Uncacheable) {
	c.Terminal.WarnOnce(why.Cause, "%s: compiled here and not cached", why.Reason)
}

func (c *conductor) count(change func(*report.Summary)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.summary)
}

func (c *conductor) sinceStart() float64 { return report.Seconds(time.Since(c.Started)) }
