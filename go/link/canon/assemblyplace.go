package canon

import (
	"errors"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"thinrex/go/action"
	"thinrex/go/host"
	"thinrex/go/host/filedigest"
)

// place makes a file an input where the assembler will look for it. One with an
// absolute name is read where it is, and has a name only for the key. The
// common inputs have their places already.
func (files *assemblyFiles) place(f filedigest.File, common []action.Input) error {
	relative := strings.TrimPrefix(filepath.ToSlash(f.Path), "./")
	in := action.Input{Name: path.Clean(relative), Digest: f.Digest, File: f}
	switch {
	case host.OfProcess(f.Path):
		return errors.New("which may be another file to each process, or change at any time")
	case filepath.IsAbs(f.Path):
		files.here = true
		in.Name = commonName(len(common) + len(files.inputs))
	case in.Name != relative || !filepath.IsLocal(f.Path):
		return errors.New("which has no place beside the job's own files" +
			" (name it without .., or by an absolute path)")
	case isReserved(in.Name):
		return errors.New("which has no place beside the job's own files, because they have such names" +
			" (give it another name, or an absolute path)")
	}
	sameName := func(other action.Input) bool { return other.Name == in.Name }
	again := func(other action.Input) bool { return other.File.Path == f.Path || sameName(other) }
	if !slices.ContainsFunc(files.inputs, again) && !slices.ContainsFunc(common, sameName) {
		files.inputs = append(files.inputs, in)
	}
	return nil
}

// isReserved reports whether a name is one of the canonical ones, or would be
// a file where those need a folder.
func isReserved(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return first == "c" || first == "toolchain" || reserved().MatchString(first)
}
