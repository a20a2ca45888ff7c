package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A goPackage is what go list says of a package.
type goPackage struct {
	Dir      string
	Standard bool
	Module   *struct {
		Path, Version, Dir string
		Main               bool
	}
}

// licenceName matches the files that have to go with a program.
var licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)\b`)

// thirdPartyLicences returns the licences of all libraries that are in a target's
// programs. It fails if one has none.
func thirdPartyLicences(ctx context.Context, b built) ([]byte, error) {
	packages, err := listPackages(ctx, b.target)
	if err != nil {
		return nil, err
	}
	files := map[string][]string{} // by module
	for _, p := range packages {
		name, root := "Go's standard library", ""
		switch {
		case p.Standard:
			root = goRoot(p.Dir)
			p.Dir = root
		case p.Module == nil:
			return nil, fmt.Errorf("%s belongs to no module", p.Dir)
		case p.Module.Main:
			continue
		default:
			name, root = p.Module.Path+" "+p.Module.Version, p.Module.Dir
		}
		found, err := licencesBetween(p.Dir, root)
		if err != nil {
			return nil, err
		}
		files[name] = append(files[name], found...)
	}
	return joinLicences(files)
}

// listPackages lists all packages of a target's programs.
func listPackages(ctx context.Context, t target) (packages []goPackage, err error) {
	cmd := command(ctx, "go", "list", "-deps", "-json=Dir,Standard,Module")
	for _, p := range t.programs() { // the whole thinrex imports all that the front does
		cmd.Args = append(cmd.Args, "./go/cmd/"+p.source)
	}
	cmd.Env = t.environment()
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%v: %w", cmd, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
}

// goRoot is the folder that a package of the standard library lies in.
func goRoot(dir string) string {
	root, _, _ := strings.Cut(filepath.ToSlash(dir), "/src/")
	return filepath.FromSlash(root)
}

// licencesBetween finds the licences in a package's folder and those above it, up to its
// module's: a folder with code of another origin has a licence of its own.
func licencesBetween(dir, root string) (paths []string, err error) {
	for {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			if entry.Type().IsRegular() && licenceName.MatchString(entry.Name()) {
				paths = append(paths, filepath.Join(dir, entry.Name()))
			}
		}
		if dir == root || dir == filepath.Dir(dir) {
			return paths, nil
		}
		dir = filepath.Dir(dir)
	}
}

// joinLicences makes one text of all files, by module.
func joinLicences(files map[string][]string) ([]byte, error) {
	var text bytes.Buffer
	text.WriteString("Licences of the libraries in thinrex's programs. Its own is in LICENSE.\n")
	for _, module := range slices.Sorted(maps.Keys(files)) {
		paths := files[module]
		if len(paths) == 0 {
			return nil, fmt.Errorf("%s has no licence", module)
		}
		slices.Sort(paths)
		for _, path := range slices.Compact(paths) {
			data, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&text, "\n%s\n%s: %s\n\n%s\n", strings.Repeat("=", 80), module, filepath.Base(path),
				strings.TrimSpace(string(data)))
		}
	}
	return text.Bytes(), nil
}
