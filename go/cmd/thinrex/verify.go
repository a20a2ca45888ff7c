//go:build !front

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"thinrex/go/digest"
	"thinrex/go/host"
	"thinrex/go/host/filedigest"
	"thinrex/go/host/memo"
	"thinrex/go/store"
	"thinrex/go/verify"
)

// verifyOptions are those of thinrex verify alone.
type verifyOptions struct {
	sample   int // percent
	dryRun   bool
	lastLink bool
	names    []string // keys and modules; none for the whole disk cache
	compiler []string // that runs actions; nil to find it
}

func verifyCommand(o *options) *cobra.Command {
	var v verifyOptions
	cmd := &cobra.Command{
		Use:   "verify [--sample=PERCENT] [--last_link] [--dry_run] [thinrex's flags] [KEY | LINK | MODULE]… [-- COMPILER]",
		Short: "Check that the cache is sound, and that compilers give again what it has",
		Long: `Read the whole disk cache, and remove what is damaged. Then run actions of links
again and compare: those whose inputs the disk cache has (from links with
--keep_inputs), or those that are named, whose inputs a service may have, too: by
HASH/SIZE, by the hash, by a module, or by the link's output for all of its jobs.

An action that gives another result than the cached one runs twice. If these two
agree, the cached result is wrong, and is removed from the disk cache. If they
differ, the compiler isn't deterministic, and nothing is removed. Nothing is ever
removed from a service. The exit code is 1 if something is damaged or wrong, or if a
compiler isn't deterministic.

THINREX_VERIFY_HITS=100 does the same for the hits of links while these run, and
needs no kept inputs.`,
		DisableFlagsInUseLine: true, // Use has them
		RunE: func(cmd *cobra.Command, args []string) error {
			v.names = args
			if at := cmd.ArgsLenAtDash(); at >= 0 {
				v.names, v.compiler = args[:at], args[at:]
			}
			if v.sample < 0 || len(v.compiler) > 1 {
				return usagef("%s --help says how to use it", cmd.CommandPath())
			}
			k, err := openKept(cmd.Context(), o)
			if err != nil {
				return err
			}
			defer k.close()
			return verifyAll(cmd, o, k, v)
		},
	}
	cmd.Flags().IntVar(&v.sample, "sample", 100,
		"how many `percent` of the actions are run again, chosen by chance; 0 for none")
	cmd.Flags().BoolVar(&v.lastLink, "last_link", false, "run the jobs of the last link again")
	cmd.Flags().BoolVar(&v.dryRun, "dry_run", false, "remove nothing")
	return cmd
}

// verifyAll makes both checks, and says what came of them.
func verifyAll(cmd *cobra.Command, o *options, k *kept, v verifyOptions) error {
	p := &verification{cmd: cmd, options: o, kept: k, verifyOptions: v}
	if len(v.names) == 0 && !v.lastLink {
		if err := p.checkDisk(cmd.Context()); err != nil {
			return err
		}
	}
	if v.sample > 0 {
		keys, err := p.choose(cmd.Context())
		if err != nil {
			return err
		}
		if err := p.runAgain(cmd.Context(), keys); err != nil {
			return err
		}
	}
	if p.bad > 0 {
		return errExit(exitCompilation)
	}
	return nil
}

// A verification is one run of thinrex verify.
type verification struct {
	cmd     *cobra.Command
	options *options
	kept    *kept
	verifyOptions

	mu      sync.Mutex // guards the fields below, and the output
	bad     int        // findings that make the exit code 1
	modules map[digest.Digest]string
	counts  [verify.Verdicts]int
}

// checkDisk reads the whole disk cache.
func (p *verification) checkDisk(ctx context.Context) error {
	var checked store.Checked
	if p.kept.disk != nil {
		var err error
		if checked, err = p.kept.disk.Check(ctx, p.dryRun, p.options.Host.Jobs.Count()); err != nil {
			return environment(ctx, err)
		}
	}
	for _, d := range checked.Damaged {
		p.say("damaged", "%s %v%s", d.Name, d.Problem, p.removed())
	}
	p.bad += len(checked.Damaged)
	line := fmt.Sprintf("read %s of results and %s of blobs: %d damaged",
		amountText(checked.Results), amountText(checked.Blobs), len(checked.Damaged))
	if checked.Leftovers > 0 {
		line += fmt.Sprintf("; %d results lacked a blob, which pruning removes%s", checked.Leftovers, p.removed())
	}
	fmt.Fprintln(p.cmd.OutOrStdout(), line)
	if checked.Failed > 0 {
		err := fmt.Errorf("%d files or folders couldn't be read or removed, the first: %w", checked.Failed, checked.Failure)
		return &host.EnvironmentError{Err: err}
	}
	return nil
}

func environment(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &host.EnvironmentError{Err: err}
}

func (p *verification) removed() string {
	if p.dryRun {
		return ""
	}
	return "; removed"
}

// choose returns the keys of the actions that are to be run again.
func (p *verification) choose(ctx context.Context) (keys []digest.Digest, err error) {
	p.modules = map[digest.Digest]string{}
	var jobs []namedJob
	for _, name := range p.names {
		named, err := p.kept.named(name)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, named...)
	}
	if p.lastLink {
		last, err := p.kept.lastLink()
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, last...)
	}
	for _, job := range jobs {
		for _, key := range job.keys {
			if _, again := p.modules[key]; !again {
				p.modules[key] = job.module
				keys = append(keys, key)
			}
		}
	}
	if len(p.names) == 0 && !p.lastLink && p.kept.disk != nil {
		if keys, p.counts[verify.NoInputs], err = p.kept.disk.WithInputs(ctx); err != nil {
			return nil, environment(ctx, err)
		}
	}
	var chosen []digest.Digest
	for _, key := range keys {
		if rand.N(100) < p.sample {
			chosen = append(chosen, key)
		}
	}
	return chosen, nil
}

// runAgain judges actions, as many at once as compilations may run.
func (p *verification) runAgain(ctx context.Context, keys []digest.Digest) (err error) {
	o := p.options
	workspace, err := host.NewWorkspace(o.Host.SandboxBase)
	if err != nil {
		return &host.EnvironmentError{Err: err}
	}
	defer func() { err = errors.Join(err, workspace.Close()) }()
	slots := host.NewSlots(o.Host.Jobs.Count(), os.Getenv("MAKEFLAGS"))
	defer slots.Close()
	state := stateDir(p.kept.disk, o.Shared.DigestFunction)
	verifier := &verify.Verifier{
		From:      p.kept,
		Cache:     p.kept,
		Compilers: p.compilers(state),
		Workspace: workspace,
	}
	g, jobs := errgroup.WithContext(ctx)
	for _, key := range keys {
		slot, err := slots.Acquire(jobs)
		if err != nil {
			break
		}
		g.Go(func() error {
			defer slot.Free()
			f, err := verifier.Judge(jobs, key)
			if err != nil {
				return environment(ctx, err)
			}
			return p.tell(f)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	fmt.Fprintln(p.cmd.OutOrStdout(), p.summary())
	return nil
}

func (p *verification) compilers(state string) *verify.Compilers {
	function := p.options.Shared.DigestFunction
	c := &verify.Compilers{
		Given:    p.compiler,
		Only:     len(p.compiler) > 0,
		Files:    filedigest.Open(memo.Path(state, memo.LinkDigests, memo.Host()), function),
		StateDir: state,
	}
	if found, err := findTools(); err == nil && !c.Only {
		c.Given = []string{found.c}
	}
	return c
}

// tell counts a finding, prints it if it is one, and removes what is wrong.
func (p *verification) tell(f verify.Finding) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts[f.Verdict]++
	name := f.Key.String()
	if module := p.modules[f.Key]; module != "" {
		name += " (" + module + ")"
	}
	switch f.Verdict {
	case verify.Failed:
		p.say("fails", "%s: the compiler fails here, which says nothing of the cached result: %v", name, f.Why)
	case verify.NotDeterministic:
		p.bad++
		p.say("varies", "%s: the compiler isn't deterministic: two runs of it here differ; nothing was removed", name)
	case verify.Wrong:
		p.bad++
		if f.Service != "" {
			p.say("wrong", "%s: two runs here agree, and the result in the cache of %s differs; it stays there: have it "+
				"removed from the Action Cache, or replace it by a link with --disk_cache= --remote_accept_cached=false "+
				"--remote_upload_local_results=true", name, f.Service)
			return nil
		}
		p.say("wrong", "%s: two runs here agree, and the result in the disk cache differs%s", name, p.removed())
		if !p.dryRun {
			return p.kept.disk.Remove(f.Key)
		}
	}
	return nil
}

func (p *verification) say(what, format string, args ...any) {
	fmt.Fprintf(p.cmd.OutOrStdout(), "%-8s "+format+"\n", append([]any{what}, args...)...)
}

func (p *verification) summary() string {
	ran := p.counts[verify.Right] + p.counts[verify.Wrong] + p.counts[verify.NotDeterministic] + p.counts[verify.Failed]
	line := fmt.Sprintf("ran %d actions again: %d right, %d wrong, %d not deterministic, %d failed", ran,
		p.counts[verify.Right], p.counts[verify.Wrong], p.counts[verify.NotDeterministic], p.counts[verify.Failed])
	if n := p.counts[verify.NoInputs]; n > 0 {
		line += fmt.Sprintf("; %d results without inputs (--keep_inputs keeps them)", n)
	}
	if n := p.counts[verify.NoResult]; n > 0 {
		line += fmt.Sprintf("; %d without a cached result", n)
	}
	if n := p.counts[verify.OtherCompiler]; n > 0 {
		line += fmt.Sprintf("; %d of other compilers (give one behind --)", n)
	}
	return line
}
