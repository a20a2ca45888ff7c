package canon

import (
	"fmt"
	"slices"

	"thinrex/go/action"
	"thinrex/go/assembly"
	"thinrex/go/host/filedigest"
)

// Bounds of what the assembly of one job may include; beyond them the job isn't
// cached.
const (
	maxAssemblyFiles = 1000
	maxIncludedText  = 32 << 20 // bytes
)

// ReadsMore scans the modules of an action for assembly that names files
// (.incbin, .include). It reports true when there is any: then a is the wrong
// action, which must neither run nor be stored, and Build gives the right one
// from now on. A link calls it for actions without a result only: one that reads
// more files never gets a result, so a hit doesn't pay for the scan.
func (b *Builder) ReadsMore(a *action.Action) bool {
	files, known := b.scanned.ofJob(a.Digest)
	if !known {
		files = b.scanJob(a)
		b.scanned.rememberJob(a.Digest, files)
	}
	return !files.none()
}

// assemblyFiles are the files that the backend of a job reads because assembly in
// its modules names them.
type assemblyFiles struct {
	inputs      []action.Input
	here        bool                // some have absolute names
	uncacheable *action.Uncacheable // why the job can't be an action, or nil
}

func (files assemblyFiles) none() bool { return len(files.inputs) == 0 && files.uncacheable == nil }

func notFollowed(format string, args ...any) assemblyFiles {
	return assemblyFiles{uncacheable: uncacheable("", format, args...)}
}

// scanJob finds the files that an action's modules name, and those that such
// files name in turn. Imported modules count: the importing backend looks for
// .symver in their assembly, too, and functions bring their own.
func (b *Builder) scanJob(a *action.Action) (found assemblyFiles) {
	var all assembly.Reader
	culprit := ""
	for _, in := range a.Inputs {
		if in.Name == shardName {
			break // modules stand before it
		}
		own, err := b.scanned.modules.in(in)
		if err != nil {
			return notFollowed("%s: %v", in.File.Path, err)
		}
		if files, unclear := own.Files(); culprit == "" && (unclear != "" || len(files) > 0) {
			culprit = in.File.Path
		}
		all.Join(own)
	}
	if culprit == "" {
		culprit = a.Subject
	}
	text := int64(0)
	for i := 0; ; i++ {
		files, unclear := all.Files()
		switch {
		case unclear != "":
			return notFollowed("assembly in %s may read files that thinrex can't find, because %s"+
				` (to have it cached, write the directive without macros, operands and escapes: .incbin "FILE")`,
				culprit, unclear)
		case i == len(files):
			return found
		case i == maxAssemblyFiles || text > maxIncludedText:
			return notFollowed("assembly in %s reads more than %d files or %d MB of text",
				culprit, maxAssemblyFiles, maxIncludedText>>20)
		}
		f, err := b.opts.Files.File(files[i].Name)
		if err != nil {
			return notFollowed("assembly in %s names a file that can't be read: %v", culprit, err)
		}
		if err := found.place(f, b.common.inputs); err != nil {
			return notFollowed("assembly in %s reads %s, %v", culprit, f.Path, err)
		}
		if !files[i].Text || isIncluded(files[:i], f.Path) {
			continue
		}
		data, err := readUnchanged(f)
		if err != nil {
			return notFollowed("assembly in %s: %v", culprit, err)
		}
		text += int64(len(data))
		all.Text(string(data))
	}
}

func isIncluded(files []assembly.File, name string) bool {
	return slices.Contains(files, assembly.File{Name: name, Text: true})
}

// readUnchanged reads a file that must still be the one whose digest is known.
func readUnchanged(f filedigest.File) ([]byte, error) {
	now, data, err := filedigest.Read(f.Path)
	if err == nil && now.Stat != f.Stat {
		err = fmt.Errorf("%s: %w", f.Path, filedigest.ErrChanged)
	}
	return data, err
}
