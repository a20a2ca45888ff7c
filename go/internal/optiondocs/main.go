// Command optiondocs writes what is made from the rows of the options: the tables
// in docs/options.md, and the lists in the Bazel rules' options.bzl.
//
//	go run ./go/internal/optiondocs [-check] [ROOT]
//
// With -check it writes nothing, and fails with the difference if a file isn't
// what the rows say.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/cmd/thinrex/settings"
)

func main() {
	check := flag.Bool("check", false, "fail if a file isn't what the rows say")
	flag.Parse()
	root := "."
	if flag.NArg() > 0 {
		root = flag.Arg(0)
	}
	if err := run(root, *check); err != nil {
		fmt.Fprintf(os.Stderr, "optiondocs: %v\n", err)
		os.Exit(1)
	}
}

// run updates each file below root or, with check, compares it.
func run(root string, check bool) error {
	rows := new(settings.Settings).Rows()
	for _, part := range parts {
		path := filepath.Join(root, filepath.FromSlash(part.file))
		old, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		updated, err := part.replace(string(old), rows)
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", part.file, err)
		case updated == string(old):
		case check:
			return fmt.Errorf("%s isn't what the options' rows say: run make docs (-file +rows)\n%s",
				part.file, cmp.Diff(string(old), updated))
		default:
			if err := os.WriteFile(path, []byte(updated), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}
