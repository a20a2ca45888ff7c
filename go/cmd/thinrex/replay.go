//go:build !front

package main

import (
	"errors"
	"fmt"

	"al.essio.dev/pkg/shellescape"
	"github.com/spf13/cobra"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/host"
	"thinrex/go/replay"
)

func replayCommand(o *options) *cobra.Command {
	output := ""
	cmd := &cobra.Command{
		Use:   "replay [--output=DIR] [thinrex's flags] KEY | MODULE",
		Short: "Lay out what a link's job read, and a script that runs it again",
		Long: `Make a folder with the inputs of a link's job, its cached result, and run.sh, which
runs the same compiler with the same arguments and compares: what a bug report
needs. KEY is HASH/SIZE, as messages have it, or the hash; MODULE is one of the last
links', and a part of its name is enough.

The inputs come from the disk cache, if the link had --keep_inputs, or from a service
whose workers have run the job.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("takes one key, not %d arguments\n%s --help says how to use it", len(args), cmd.CommandPath())
			}
			return nil
		},
		DisableFlagsInUseLine: true, // Use has them
		RunE: func(cmd *cobra.Command, args []string) error {
			k, err := openKept(cmd.Context(), o)
			if err != nil {
				return err
			}
			defer k.close()
			return layOut(cmd, k, args[0], output)
		},
	}
	cmd.Flags().StringVar(&output, "output", "",
		"the `folder` to make (default: thinrex-replay- and the hash's beginning)")
	return cmd
}

// one returns the key of the only job that a name stands for: that of the whole action.
func (k *kept) one(name string) (digest.Digest, error) {
	jobs, err := k.named(name)
	switch {
	case err != nil:
		return digest.Digest{}, err
	case len(jobs) > 1:
		return digest.Digest{}, usagef("%s stands for %d jobs, such as that of %s: give more of a module's name, or a key",
			name, len(jobs), jobs[0].module)
	case len(jobs) == 0 || len(jobs[0].keys) == 0:
		return digest.Digest{}, usagef("the job of %s has no key: thinrex explain says why", name)
	}
	return jobs[0].keys[0], nil
}

// layOut lays out the action that a user names.
func layOut(cmd *cobra.Command, k *kept, name, dir string) error {
	key, err := k.one(name)
	if err != nil {
		return err
	}
	if dir == "" {
		dir = "thinrex-replay-" + key.Hash[:12]
	}
	ctx := cmd.Context()
	recipe, err := replay.Load(ctx, k, key)
	if err != nil {
		return k.replayError(key, err)
	}
	cached, err := k.Lookup(ctx, recipe.Action())
	if err != nil {
		return &host.EnvironmentError{Err: err}
	}
	defer cached.Done()
	if err := recipe.LayOut(ctx, k, dir, cached); err != nil {
		if errors.Is(err, replay.ErrNotEmpty) {
			return usagef("%w: give another --output=DIR", err)
		}
		return k.replayError(key, err)
	}
	fmt.Fprintln(cmd.OutOrStdout(), replayLine(recipe, dir, cached))
	return nil
}

// replayLine says what was made, and what to do with it.
func replayLine(recipe *replay.Recipe, dir string, cached *action.Result) string {
	bytes := uint64(0)
	for _, in := range recipe.Inputs {
		bytes += uint64(in.Digest.Size)
	}
	result := "no cache has its result"
	if cached != nil {
		result = "its result is the disk cache's"
		if cached.Service != "" {
			result = "its result is that of " + cached.Service
		}
	}
	return fmt.Sprintf("%s has %d inputs (%s) of %v; %s; next: sh %s", dir, len(recipe.Inputs), sizeText(bytes),
		recipe.Key, result, shellescape.Quote(dir+"/run.sh"))
}
