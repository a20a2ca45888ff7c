//go:build !front

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"thinrex/go/host"
	"thinrex/go/store"
)

// pruneOptions are those of thinrex prune alone.
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
		Args:                  noArguments,
		DisableFlagsInUseLine: true, // Use has them
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := cacheInUse(o, "pruned")
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("policy") {
				p.policy = o.Store.Policy
			}
			return prune(cmd, s, p)
		},
	}
	cmd.Flags().StringVar(&p.policy, "policy", "", "what to keep (default: --thinlto_cache_policy)")
	cmd.Flags().BoolVar(&p.dryRun, "dry_run", false, "only say what would be removed")
	return cmd
}

// prune prunes a store; nil is an empty folder's.
func prune(cmd *cobra.Command, s *store.Store, p pruneOptions) error {
	policy, err := store.ParsePolicy(p.policy)
	if err != nil {
		return &usageError{err}
	}
	stats := store.Stats{Ran: true}
	switch {
	case s == nil:
	case p.dryRun:
		stats, err = s.DryRun(cmd.Context(), policy)
	default:
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

// pruneLine says what was removed, or would have been, and what is left.
func pruneLine(stats store.Stats, dryRun bool) string {
	would := ""
	if dryRun {
		would = "would have "
	}
	line := fmt.Sprintf("%sremoved %s; left: %s", would, amountText(stats.Removed), amountText(stats.Left))
	if stats.Spared.Files > 0 {
		line += fmt.Sprintf(", of which %s would be too much, but were used within the last hour or so",
			amountText(stats.Spared))
	}
	return line
}
