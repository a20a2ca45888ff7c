// Command release builds what a release consists of, in a folder: for each system an
// archive, a wheel and a bill of materials, for Linux also packages for Debian and
// Fedora, and the checksums of all.
//
//	go run ./go/internal/release [-only linux/amd64] [-nfpm PROGRAM] FOLDER
//
// It is run in the root of a git checkout. The same commit gives the same bytes, wherever
// and whenever it is built: all times are the commit's, and all programs are built
// without paths, cgo, or what the environment says of processors.
package main

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	only := flag.String("only", "", "build for one system alone, such as linux/amd64")
	nfpm := flag.String("nfpm", "bin/nfpm", "the program that makes packages: see make release")
	flag.Parse()
	if err := run(*only, *nfpm, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// run builds all files of a release into an empty folder.
func run(only, nfpm string, args []string) error {
	if len(args) != 1 {
		return errors.New("give the folder to write to")
	}
	folder := args[0]
	chosen := slices.DeleteFunc(slices.Clone(targets), func(t target) bool {
		return only != "" && only != t.String()
	})
	if len(chosen) == 0 {
		return fmt.Errorf("-only=%s: give one of %v", only, targets)
	}
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "thinrex-release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	host, err := build(hostTarget(), work)
	if err != nil {
		return err
	}
	for _, t := range chosen {
		if err := releaseFor(t, host, nfpm, work, folder); err != nil {
			return fmt.Errorf("%v: %w", t, err)
		}
	}
	return writeChecksums(folder)
}

// releaseFor builds what one system gets. host is what runs here, and so can write
// manual pages.
func releaseFor(t target, host built, nfpm, work, folder string) error {
	b, err := build(t, work)
	if err != nil {
		return err
	}
	tree, err := stage(b, host, work)
	if err != nil {
		return err
	}
	bill, err := billOfMaterials(b)
	if err != nil {
		return err
	}
	name := filepath.Join(folder, "thinrex-"+b.version.String()+"-"+t.os+"-"+t.arch)
	if err := os.WriteFile(name+".cdx.json", bill, 0o644); err != nil {
		return err
	}
	if err := writeArchive(name, b, tree); err != nil {
		return err
	}
	if err := writeWheel(folder, b, tree); err != nil {
		return err
	}
	if t.os == "linux" {
		return writePackages(nfpm, folder, b, tree, work)
	}
	return nil
}

// writeChecksums lists the files of a folder as sha256sum does, in SHA256SUMS there.
func writeChecksums(folder string) error {
	entries, err := os.ReadDir(folder) // in the order of their names
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), entry.Name())
	}
	return os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(sums.String()), 0o644)
}
