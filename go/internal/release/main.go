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
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	only := flag.String("only", "", "build for one system alone, such as linux/amd64")
	nfpm := flag.String("nfpm", "bin/nfpm", "the program that makes packages: see make release")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *only, *nfpm, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// run builds all files of a release into a folder, which is empty or has another release.
// Whatever happens, no other files stay.
func run(ctx context.Context, only, nfpm string, args []string) error {
	if len(args) != 1 {
		return errors.New("give the folder to write to")
	}
	folder := args[0]
	if err := checkReplaceable(folder); err != nil {
		return err
	}
	chosen := slices.DeleteFunc(slices.Clone(targets), func(t target) bool {
		return only != "" && only != t.String()
	})
	if len(chosen) == 0 {
		return fmt.Errorf("-only=%s: give one of %v", only, targets)
	}
	work, err := os.MkdirTemp("", "thinrex-release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	host, err := build(ctx, hostTarget(), work)
	if err != nil {
		return err
	}
	// All programs before the first file: in a checkout with a new file, Go calls them modified.
	var all []built
	for _, t := range chosen {
		b, err := build(ctx, t, work)
		if err != nil {
			return fmt.Errorf("%v: %w", t, err)
		}
		all = append(all, b)
	}
	unfinished := filepath.Clean(folder) + ".unfinished"
	defer os.RemoveAll(unfinished)
	if err := writeAll(ctx, all, host, nfpm, work, unfinished); err != nil {
		return err
	}
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	return os.Rename(unfinished, folder)
}

// writeAll writes all files of a release into a new folder.
func writeAll(ctx context.Context, all []built, host built, nfpm, work, folder string) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, b := range all {
		if err := release(ctx, b, host, nfpm, work, folder); err != nil {
			return fmt.Errorf("%v: %w", b.target, err)
		}
	}
	return writeChecksums(folder)
}

// checkReplaceable fails if a folder has something that no release has put there: it
// would be lost.
func checkReplaceable(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(folder, checksums)); err != nil {
		return fmt.Errorf("%s has other files than a release's: give an empty folder, or a new one", folder)
	}
	return nil
}

// release writes what one system gets. host is what runs here, and so can write manual
// pages.
func release(ctx context.Context, b, host built, nfpm, work, folder string) error {
	tree, err := stage(ctx, b, host, work)
	if err != nil {
		return err
	}
	bill, err := billOfMaterials(b)
	if err != nil {
		return err
	}
	name := filepath.Join(folder, "thinrex-"+b.version.String()+"-"+b.os+"-"+b.arch)
	if err := os.WriteFile(name+".cdx.json", bill, 0o644); err != nil {
		return err
	}
	if err := writeArchive(name, b, tree); err != nil {
		return err
	}
	if err := writeWheel(folder, b, tree); err != nil {
		return err
	}
	if b.os == "linux" {
		return writePackages(ctx, nfpm, folder, b, tree, work)
	}
	return nil
}

// command is one that is interrupted, and has time to remove what it has in temporary
// folders, when ctx ends.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// checksums is the last file that a release writes.
const checksums = "SHA256SUMS"

// writeChecksums lists the files of a folder as sha256sum does, in a file there.
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
	return os.WriteFile(filepath.Join(folder, checksums), []byte(sums.String()), 0o644)
}
