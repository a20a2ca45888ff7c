package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// writePackages has nfpm make a package for Debian and one for Fedora, as
// packaging/nfpm.yaml describes them.
func writePackages(ctx context.Context, nfpm, folder string, b built, tree []file, work string) error {
	for _, format := range []string{"deb", "rpm"} {
		root := filepath.Join(work, format+"-"+b.arch)
		files := tree
		if format == "deb" {
			var err error
			if files, err = forDebian(tree, b); err != nil {
				return err
			}
		}
		for _, f := range files {
			if err := writeBelow(root, f, b.time); err != nil {
				return err
			}
		}
		cmd := command(ctx, nfpm, "package", "--config", "packaging/nfpm.yaml", "--packager", format, "--target",
			filepath.Join(folder, packageName(format, b)))
		cmd.Env = append(os.Environ(), "ARCH="+b.arch, "VERSION="+b.version.debian(), "ROOT="+root,
			"SOURCE_DATE_EPOCH="+strconv.FormatInt(b.time.Unix(), 10))
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%v: %w\n%s", cmd, err, out)
		}
	}
	return nil
}

// packageName is the name that the distribution's own packages would have.
func packageName(format string, b built) string {
	if format == "deb" {
		return "thinrex_" + b.version.debian() + "-1_" + b.arch + ".deb"
	}
	machine := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[b.arch]
	return "thinrex-" + b.version.debian() + "-1." + machine + ".rpm"
}

// forDebian returns the files as Debian wants them: its form of a licence and of a
// changelog, and completions where its zsh looks for them.
func forDebian(tree []file, b built) (files []file, err error) {
	for _, f := range tree {
		switch f.name {
		case docFolder + "/LICENSE":
			f.name = docFolder + "/copyright"
			if f.data, err = os.ReadFile("packaging/copyright"); err != nil {
				return nil, err
			}
		case docFolder + "/CHANGELOG.md":
			f.name, f.data = docFolder+"/changelog.gz", gzipped(f.data)
		case "share/zsh/site-functions/_thinrex":
			f.name = "share/zsh/vendor-completions/_thinrex"
		}
		files = append(files, f)
	}
	entry := fmt.Sprintf("thinrex (%s-1) unstable; urgency=medium\n\n  * What is new is in changelog.gz.\n\n -- %s  %s\n",
		b.version.debian(), maintainer, b.time.UTC().Format(time.RFC1123Z))
	return append(files, file{name: docFolder + "/changelog.Debian.gz", data: gzipped([]byte(entry))}), nil
}

// maintainer is nobody's name. packaging/nfpm.yaml has the same.
const maintainer = "The thinrex authors <thinrex@thinrex.invalid>"

// writeBelow writes a file below root/usr.
func writeBelow(root string, f file, at time.Time) error {
	if strings.HasPrefix(f.name, "share/man/") {
		f.name, f.data = f.name+".gz", gzipped(f.data)
	}
	path := filepath.Join(root, "usr", f.name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, f.data, f.mode()); err != nil {
		return err
	}
	if err := os.Chmod(path, f.mode()); err != nil { // whatever the umask is
		return err
	}
	for dir := filepath.Dir(path); dir != root; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			return err
		}
	}
	return os.Chtimes(path, at, at)
}

// gzipped compresses a file, and says nothing of when.
func gzipped(data []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // which fails for unknown levels alone
	w.Write(data)                                           // and a buffer takes everything
	w.Close()
	return out.Bytes()
}
