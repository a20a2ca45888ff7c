package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A file is one of those that get installed.
type file struct {
	name    string // below /usr, or in the archive: bin/thinrex
	data    []byte
	program bool
}

// docFolder has what a user should be able to read offline, and what licences ask for.
const docFolder = "share/doc/thinrex"

// documents are the files and folders of this repository that go there: also the manual,
// which messages refer to (docs/keys.md), and the examples that it has people copy.
var documents = []string{
	"LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "docs", "examples/buildsystems", "examples/quickstart",
}

// stage returns all files for a target, in the order of their names: what make install
// installs, and documents.
func stage(ctx context.Context, b, host built, work string) ([]file, error) {
	folder := filepath.Join(work, "stage", b.os+"-"+b.arch)
	cmd := command(ctx, "scripts/install.sh", b.folder, folder, filepath.Join(host.folder, "thinrex"+host.exe()))
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%v: %w\n%s", cmd, err, out)
	}
	licences, err := thirdPartyLicences(ctx, b)
	if err != nil {
		return nil, err
	}
	if err := writeDocuments(ctx, filepath.Join(folder, docFolder)); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(folder, docFolder, "LICENSES-OF-LIBRARIES"), licences, 0o644); err != nil {
		return nil, err
	}
	var files []file
	err = fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(folder, name))
		files = append(files, file{name: name, data: data, program: strings.HasPrefix(name, "bin/")})
		return err
	})
	return files, err
}

// writeDocuments writes what this repository has to read into a folder, and nothing that
// git doesn't know.
func writeDocuments(ctx context.Context, folder string) error {
	out, err := command(ctx, "git", append([]string{"ls-files", "-z", "--"}, documents...)...).Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w", err)
	}
	for source := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		data, err := os.ReadFile(source)
		if err != nil {
			return err
		}
		target := filepath.Join(folder, source)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
