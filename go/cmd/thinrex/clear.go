//go:build !front

package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"thinrex/go/host"
	"thinrex/go/report"
	"thinrex/go/store"
)

func clearCommand(o *options) *cobra.Command {
	dryRun := false
	cmd := &cobra.Command{
		Use:   "clear [--disk_cache=DIR] [--dry_run]",
		Short: "Remove from the disk cache all that thinrex has put there",
		Long: `Remove all that thinrex keeps in --disk_cache: results of links and compilations,
slices, manifests, and what it remembers of this machine. If Bazel uses the folder,
too, Bazel's results stay, with all that they refer to; as long as there are some,
so do blobs that no result refers to, which pruning removes later. Files that no
cache makes are left alone, and so is what symbolic links lead to.

Links and compilations may run meanwhile: at worst they miss. Later ones fill the
cache again, unless THINREX_DISABLE=1 turns thinrex off.`,
		Args:                  noArguments,
		DisableFlagsInUseLine: true, // Use has them
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := cacheInUse(o, "cleared")
			if err != nil {
				return err
			}
			var removed, left store.Usage
			if s != nil {
				if removed, left, err = s.Clear(cmd.Context(), dryRun); err != nil {
					return &host.EnvironmentError{Err: err}
				}
			}
			fmt.Fprintln(cmd.OutOrStdout(), clearedLine(removed, left, dryRun))
			return failuresOf(removed)
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry_run", false, "only say what would be removed")
	return cmd
}

// cacheInUse returns the store that is kept in --disk_cache; nil if the folder is empty.
// done says what a command has done with no other folder: "cleared".
func cacheInUse(o *options, done string) (*store.Store, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	o.warnOfVariables(report.NewTerminal(os.Stderr, o.Report.Verbose))
	if o.Store.Dir == "" {
		return nil, usagef("nothing was %s: there is no disk cache; give --disk_cache=DIR", done)
	}
	s, err := store.Existing(o.Store.Dir)
	if errors.Is(err, store.ErrEmpty) {
		return nil, nil
	}
	if err != nil {
		return nil, usagef("nothing was %s: %w; --disk_cache=DIR gives another folder", done, err)
	}
	return s, nil
}

// clearedLine says what was removed, or would have been, and what is left.
func clearedLine(removed, left store.Usage, dryRun bool) string {
	would := ""
	if dryRun {
		would = "would have "
	}
	line := fmt.Sprintf("%sremoved %s; left: %s", would, amountText(removed.Total()), amountText(left.Total()))
	if others := left.Total(store.Others); others.Files > 0 {
		line += fmt.Sprintf(", of which %s are other programs', such as Bazel's", amountText(others))
	}
	return line
}

// failuresOf is the error for files that couldn't be read or removed.
func failuresOf(u store.Usage) error {
	if u.Failed == 0 {
		return nil
	}
	err := fmt.Errorf("%d files or folders couldn't be read or removed, the first: %w", u.Failed, u.Failure)
	return &host.EnvironmentError{Err: err}
}
