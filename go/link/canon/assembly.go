package canon

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/semaphore"

	"thinrex/go/action"
	"thinrex/go/assembly"
	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
)

// Bounds of what one job's assembly may include; beyond them it isn't cached.
const (
	maxNamedFiles   = 1000
	maxIncludedText = 32 << 20 // bytes
)

// readAtOnce bounds the modules that are in memory to be looked into, in bytes.
const readAtOnce = 64 << 20

// A named says which files the backend of a job reads because assembly in its
// modules names them.
type named struct {
	inputs []action.Input
	here   bool                // some have absolute names
	not    *action.Uncacheable // why the job can't be an action, or nil
}

func (n named) nothing() bool { return len(n.inputs) == 0 && n.not == nil }

// looks remembers what was found in modules, which many jobs import, and in
// whole jobs.
type looks struct {
	reading *semaphore.Weighted // of readAtOnce
	mu      sync.Mutex
	modules map[digest.Digest]*moduleLook
	jobs    map[digest.Digest]named // by the digest of the action without the files
}

type moduleLook struct {
	once     sync.Once
	assembly *assembly.Reader
	err      error
}

func newLooks() looks {
	return looks{
		reading: semaphore.NewWeighted(readAtOnce),
		modules: map[digest.Digest]*moduleLook{}, jobs: map[digest.Digest]named{},
	}
}

func (l *looks) job(action digest.Digest) (named, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, ok := l.jobs[action]
	return n, ok
}

func (l *looks) keep(action digest.Digest, n named) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.jobs[action] = n
}

func (l *looks) module(content digest.Digest) *moduleLook {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.modules[content] == nil {
		l.modules[content] = new(moduleLook)
	}
	return l.modules[content]
}

// ReadsMore looks into the modules of an action for assembly that names files
// (.incbin, .include). It reports true when there is any: then a is the wrong
// action, which must neither run nor be stored, and Build gives the right one
// from now on. Only an action without a result needs this look, because what
// reads more never gets one: so hits don't pay for it.
func (b *Builder) ReadsMore(a *action.Action) bool {
	n, known := b.looks.job(a.Digest)
	if !known {
		n = b.namedFiles(a)
		b.looks.keep(a.Digest, n)
	}
	return !n.nothing()
}

// namedFiles finds the files, and in those that are assembly further ones.
// Imported modules count: the importing backend looks for .symver in their
// assembly, too, and calls come with the functions.
func (b *Builder) namedFiles(a *action.Action) (n named) {
	var all assembly.Reader
	culprit := ""
	for _, in := range a.Inputs {
		if in.Name == shardName {
			break // what follows are no modules
		}
		own, err := b.moduleAssembly(in)
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
				` (to have it cached, write the directive without macros, operands and escapes: .incbin "FILE")`, culprit, unclear)
		case i == len(files):
			return n
		case i == maxNamedFiles || text > maxIncludedText:
			return notFollowed("assembly in %s reads too many files", culprit)
		}
		f, err := b.opts.Files.File(files[i].Name)
		if err != nil {
			return notFollowed("assembly in %s names a file that can't be read: %v", culprit, err)
		}
		if err := n.place(f, b.common.inputs); err != nil {
			return notFollowed("assembly in %s reads %s, %v", culprit, f.Path, err)
		}
		if !files[i].Text || isIncluded(files[:i], f.Path) {
			continue
		}
		data, err := readSame(f)
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

func notFollowed(format string, args ...any) named {
	reason := fmt.Sprintf(format, args...)
	return named{not: &action.Uncacheable{Cause: reason, Reason: reason}}
}

// moduleAssembly returns the assembly of one module.
func (b *Builder) moduleAssembly(in action.Input) (*assembly.Reader, error) {
	look := b.looks.module(in.Digest)
	look.once.Do(func() {
		size := min(in.Digest.Size, readAtOnce)
		_ = b.looks.reading.Acquire(context.Background(), size) // others end soon
		defer b.looks.reading.Release(size)
		data, err := readSame(in.File)
		if err != nil {
			look.err = err
			return
		}
		look.assembly, look.err = assembly.Module(data, true)
	})
	return look.assembly, look.err
}

// readSame reads a file that must still be the one whose digest is known.
func readSame(f filedigest.File) ([]byte, error) {
	now, data, err := filedigest.Read(f.Path)
	if err == nil && now.Stat != f.Stat {
		err = fmt.Errorf("%s: %w", f.Path, filedigest.ErrChanged)
	}
	return data, err
}

// place makes a file an input where the assembler will look for it. One with an
// absolute name is read where it is, and has a name only for the key. The
// common inputs have their places already.
func (n *named) place(f filedigest.File, common []action.Input) error {
	relative := strings.TrimPrefix(filepath.ToSlash(f.Path), "./")
	in := action.Input{Name: path.Clean(relative), Digest: f.Digest, File: f}
	if filepath.IsAbs(f.Path) {
		if real, err := filepath.EvalSymlinks(f.Path); err != nil || isSystems(real) {
			return errors.New("which isn't an ordinary file")
		}
		n.here = true
		in.Name = commonName(len(common) + len(n.inputs))
	} else if in.Name != relative || !filepath.IsLocal(f.Path) || isReserved(in.Name) {
		return errors.New("which has no place beside the job's own files" +
			" (name it without .., or by an absolute path)")
	}
	there := func(other action.Input) bool { return other.Name == in.Name }
	again := func(other action.Input) bool { return other.File.Path == f.Path || there(other) }
	if !slices.ContainsFunc(n.inputs, again) && !slices.ContainsFunc(common, there) {
		n.inputs = append(n.inputs, in)
	}
	return nil
}

// isSystems knows the places whose files each process finds different.
func isSystems(path string) bool {
	return strings.HasPrefix(path, "/proc/") || strings.HasPrefix(path, "/dev/") || strings.HasPrefix(path, "/sys/")
}

// isReserved reports whether a name is one of the canonical ones, or would be
// a file where those need a folder.
func isReserved(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return first == "c" || first == "toolchain" || reserved().MatchString(first)
}
