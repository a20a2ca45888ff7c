//go:build !front

package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"thinrex/go/host"
	"thinrex/go/store"
)

func duCommand(o *options) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "du [--disk_cache=DIR] [--json]",
		Short: "Print how much the disk cache holds, by kind",
		Long: `Print how many files, and how many bytes, --disk_cache holds: results and the blobs
that they refer to, by what they are results of. Nothing is changed.`,
		Args:                  noArguments,
		DisableFlagsInUseLine: true, // Use has them
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := cacheInUse(o, "counted")
			if err != nil {
				return err
			}
			var u store.Usage
			if s != nil {
				if u, err = s.Usage(cmd.Context()); err != nil {
					return &host.EnvironmentError{Err: err}
				}
			}
			free, freeErr := store.FreeSpace(o.Store.Dir)
			if asJSON {
				err = writeJSON(cmd.OutOrStdout(), usageJSON(o.Store.Dir, u, free))
			} else {
				err = printUsageTable(cmd.OutOrStdout(), o.Store.Dir, u)
				if freeErr == nil {
					fmt.Fprintf(cmd.OutOrStdout(), "free: %s\n", sizeText(free))
				}
			}
			return errors.Join(err, failuresOf(u))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: see docs/operate.md")
	return cmd
}

// kindNames are what du prints for the kinds; JSON has them, too.
var kindNames = [store.Kinds]string{
	store.Links:        "links",
	store.Compilations: "compilations",
	store.Slices:       "slices",
	store.Manifests:    "manifests",
	store.Others:       "other programs",
	store.Loose:        "no result",
	store.State:        "state",
	store.Temporary:    "temporary",
}

// printUsageTable has a line for each kind, whether there are files or not.
func printUsageTable(out io.Writer, dir string, u store.Usage) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "files\tsize\tblobs\tsize\t  ")
	line := func(name string, files, blobs store.Amount) {
		fmt.Fprintf(table, "%d\t%s\t%d\t%s\t  %s\n",
			files.Files, sizeText(files.Bytes), blobs.Files, sizeText(blobs.Bytes), name)
	}
	var files, blobs store.Amount
	for k, name := range kindNames {
		line(name, u.Results[k], u.Blobs[k])
		files.Add(u.Results[k])
		blobs.Add(u.Blobs[k])
	}
	line("in "+dir, files, blobs)
	return table.Flush()
}

// duVersion changes when what a reader of the JSON knows no longer holds.
const duVersion = 1

type amountJSON struct {
	Files uint64 `json:"files"`
	Bytes uint64 `json:"bytes"`
}

type kindJSON struct {
	Kind  string     `json:"kind"`
	Files amountJSON `json:"files"` // of the Action Cache and others
	Blobs amountJSON `json:"blobs"`
}

// usageJSON is what --json prints. docs/operate.md describes it.
func usageJSON(dir string, u store.Usage, free uint64) any {
	all := struct {
		Version   int        `json:"version"`
		Folder    string     `json:"folder"`
		FreeBytes uint64     `json:"free_bytes"`
		Total     amountJSON `json:"total"`
		Kinds     []kindJSON `json:"kinds"`
	}{Version: duVersion, Folder: dir, FreeBytes: free, Total: amountJSON(u.Total())}
	for k, name := range kindNames {
		all.Kinds = append(all.Kinds, kindJSON{name, amountJSON(u.Results[k]), amountJSON(u.Blobs[k])})
	}
	return all
}
