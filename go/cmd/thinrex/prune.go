package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"thinrex/go/digest"
	"thinrex/go/host"
	"thinrex/go/host/memo"
	"thinrex/go/report"
	"thinrex/go/store"
)

type pruneOptions struct {
	policy string
	dryRun bool
}

func pruneCommand(o *options) *cobra.Command {
	var p pruneOptions
	cmd := &cobra.Command{
		Use:   "prune [--policy=POLICY] [--disk_cache=DIR] [--dry_run]",
		Short: "Remove from the cache what hasn't been used for long",
		Long: `Remove the least recently used files of --disk_cache, until it is within a policy
such as prune_after=168h:cache_size_bytes=10g. The grammar is that of lld's
--thinlto-cache-policy. What was used within the last hour stays. Links and
compilations do the same by themselves, for a moment, at most every
prune_interval.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(); err != nil {
				return err
			}
			if !cmd.Flags().Changed("policy") {
				p.policy = o.Store.Policy
			}
			return prune(cmd, o.Store.Dir, p)
		},
	}
	cmd.Flags().StringVar(&p.policy, "policy", "", "what to keep (default: --thinlto_cache_policy)")
	cmd.Flags().BoolVar(&p.dryRun, "dry_run", false, "only say what would be removed")
	return cmd
}

func prune(cmd *cobra.Command, dir string, p pruneOptions) error {
	policy, err := store.ParsePolicy(p.policy)
	if err != nil {
		return &usageError{err}
	}
	if dir == "" {
		return usagef("no cache to prune; give --disk_cache=DIR")
	}
	if _, err := os.Stat(dir); err != nil {
		return usagef("no cache to prune: %w; --disk_cache=DIR gives another folder", err)
	}
	s, err := store.Open(dir, digest.SHA256) // the other functions' folders are in it
	if err != nil {
		return usagef("no cache to prune: %w; --disk_cache=DIR gives another folder", err)
	}
	var stats store.Stats
	if p.dryRun {
		stats, err = s.DryRun(cmd.Context(), policy)
	} else {
		stats, err = s.Prune(cmd.Context(), policy, true)
	}
	if stats.Ran {
		fmt.Fprintln(cmd.OutOrStdout(), pruneLine(stats, p.dryRun))
	}
	if err == nil && stats.Failed > 0 {
		err = fmt.Errorf("%d files or folders couldn't be read or removed, the first: %w", stats.Failed, stats.Failure)
	}
	if err != nil {
		return &host.EnvironmentError{Err: err}
	}
	return nil
}

func pruneLine(stats store.Stats, dryRun bool) string {
	would := ""
	if dryRun {
		would = "would have "
	}
	line := fmt.Sprintf("%sremoved %s; left: %s", would, amountText(stats.Removed), amountText(stats.Left))
	if stats.Spared.Files > 0 {
		line += fmt.Sprintf(", of which %s would be too much, but were used within the last hour or so", amountText(stats.Spared))
	}
	return line
}

// amountText has the policy's units.
func amountText(a store.Amount) string {
	files := fmt.Sprintf("%d files", a.Files)
	if a.Files == 1 {
		files = "1 file"
	}
	if a.Bytes < 1<<10 {
		return fmt.Sprintf("%s (%d bytes)", files, a.Bytes)
	}
	amount, unit := float64(a.Bytes)/(1<<10), 0
	for ; amount >= 1000 && unit < 2; unit++ {
		amount /= 1 << 10
	}
	return fmt.Sprintf("%s (%.1f%c)", files, amount, "kmg"[unit])
}

// pruneAfterLink keeps a cache within its policy, when that is due. It takes a
// tenth of the link's own time at most, so that a link which has found all in
// the cache, and lets it grow by nothing, isn't delayed.
func pruneAfterLink(ctx context.Context, s *store.Store, policy store.Policy, started time.Time, terminal *report.Terminal) {
	pruneFor(ctx, s, policy, min(max(time.Since(started)/10, 20*time.Millisecond), time.Second), terminal)
}

// pruneAfterCompilation does the same for less, as there are many of them.
// Only those that stored something do: a hit isn't to look whether it is due.
func pruneAfterCompilation(ctx context.Context, s *store.Store, policy store.Policy, started time.Time, terminal *report.Terminal) {
	pruneFor(ctx, s, policy, min(max(time.Since(started)/20, 20*time.Millisecond), 200*time.Millisecond), terminal)
}

func pruneFor(ctx context.Context, s *store.Store, policy store.Policy, limit time.Duration, terminal *report.Terminal) {
	if s == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stats, err := s.Prune(ctx, policy, false)
	switch {
	case err != nil:
		terminal.Verbose("can't prune the cache: %v", err) // it may well be read-only
	case stats.Failed > 0:
		terminal.Verbose("pruning the cache: %d files or folders couldn't be read or removed, the first: %v", stats.Failed, stats.Failure)
	case stats.Removed.Files > 0:
		terminal.Verbose("pruned the cache: removed %s", amountText(stats.Removed))
	}
}

// sweepState removes what is old in a state folder that no store prunes.
func sweepState(ctx context.Context, s *store.Store, stateDir string, policy store.Policy) {
	if s != nil || stateDir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	memo.SweepWhenDue(ctx, stateDir, policy.After, policy.Interval)
}
