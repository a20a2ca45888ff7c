package canon

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"thinrex/go/action"
	"thinrex/go/clang"
	"thinrex/go/link/distfile"
)

// commonPart is what a dist-file's common part adds to each job's action.
type commonPart struct {
	distfile.Common
	args     []string // canonical, without the compiler
	inputs   []action.Input
	names    map[string]string // canonical names of inputs, by path
	suffixes []string          // of outputs that only options tell of
}

// readCommon makes the shared arguments canonical once for all jobs.
func readCommon(common distfile.Common, o Options) (commonPart, error) {
	r := &argumentReader{opts: o, names: map[string]string{}}
	for _, path := range common.Inputs {
		if err := r.addInput(path); err != nil {
			return commonPart{}, unreadable(err)
		}
	}
	r.extra = map[string]string{}
	for _, path := range o.ExtraInputs {
		if err := r.addInput(path); err != nil {
			return commonPart{}, &action.InputError{Err: fmt.Errorf("--extra_input: %w", err)}
		}
		r.extra[absolute(path)] = r.names[path]
	}
	args, err := r.canonicalArgs(common.Args[1:])
	if err != nil {
		return commonPart{}, err
	}
	if err := r.placeUnnamed(o.ExtraInputs, args); err != nil {
		return commonPart{}, err
	}
	return commonPart{common, append(args, hermetic(args)...), r.inputs, r.names, r.suffixes}, nil
}

// canonicalArgs makes a job's own arguments canonical.
func (b *Builder) canonicalArgs(args []string, names map[string]string) ([]string, error) {
	for path, name := range b.common.names {
		if names[path] == "" {
			names[path] = name
		}
	}
	r := &argumentReader{opts: b.opts, names: names, perJob: true}
	return r.canonicalArgs(args)
}

// An argumentReader replaces the names of known files in arguments, and
// collects the files that options read and write and the dist-file doesn't list.
type argumentReader struct {
	opts     Options
	names    map[string]string // by path
	extra    map[string]string // names of extra inputs, by absolute path
	inputs   []action.Input
	suffixes []string
	perJob   bool // files may be known already, but none is added
}

func (r *argumentReader) canonicalArgs(args []string) ([]string, error) {
	out := make([]string, 0, len(args))
	previous := "" // the option before this argument, for values that stand alone
	for _, arg := range args {
		canonical, err := r.canonicalArg(previous, arg)
		if err != nil {
			return nil, err
		}
		out = append(out, canonical)
		if o, _, _ := clang.FindOption(arg); !o.Is(clang.Forwards) {
			previous = arg // -Xclang -load -Xclang FILE
		}
	}
	return out, nil
}

func (r *argumentReader) canonicalArg(previous, arg string) (string, error) {
	if slices.Contains(r.opts.Launched, arg) {
		if !filepath.IsAbs(arg) {
			return "", uncacheable(arg, "%s is a relative name, which means nothing in the folders where jobs run"+
				" (--thinlto-remote-compiler-prepend-arg= takes absolute ones)", arg)
		}
		return arg, nil
	}
	if name := r.nameOf(arg); name != "" {
		return name, nil
	}
	if option, value, ok := strings.Cut(arg, "="); ok {
		if name := r.nameOf(value); name != "" {
			return option + "=" + name, nil
		}
		// -fbasic-block-sections=list=FILE
		if inner, path, ok := strings.Cut(value, "="); ok && r.nameOf(path) != "" {
			return option + "=" + inner + "=" + r.nameOf(path), nil
		}
	}
	return r.canonicalOption(previous, arg)
}

// canonicalOption makes an argument canonical that names no known file.
func (r *argumentReader) canonicalOption(previous, arg string) (string, error) {
	o, given, value := clang.FindOption(arg)
	if suffix := outputSuffix(o); suffix != "" {
		r.suffixes = append(r.suffixes, suffix)
		return arg, nil
	}
	switch {
	case o.NotCached(clang.NotInLinks, value):
		return "", uncacheable(arg, "%s", o.WhyNotCached(arg))
	case readsFile(o) && given == clang.Equals:
		name, err := r.fileOption(arg, profilePath(o, value))
		return o.Name + "=" + name, err
	case readsFileAfter(previous) && !strings.HasPrefix(arg, "-"):
		return r.fileOption(previous, arg)
	case o.Is(clang.ReadsProfile):
		name, err := r.fileOption(arg, defaultProfile)
		return arg + "=" + name, err
	}
	if file := r.existingFile(arg, o); file != "" {
		return "", uncacheable(arg, "%s may read %s (if so, declare it with --extra_input=%s)", arg, file, file)
	}
	return arg, nil
}

// uncacheable makes an error that leaves a job to run as it is. The user is told
// once of each cause; without one, of each reason.
func uncacheable(cause, format string, args ...any) *action.Uncacheable {
	reason := fmt.Sprintf(format, args...)
	return &action.Uncacheable{Cause: cmp.Or(cause, reason), Reason: reason}
}

// outputSuffix returns what clang puts in the place of the object's .o to name a
// further output that an option asks for; "" for other options.
func outputSuffix(o clang.Option) string {
	switch {
	case o.Is(clang.SplitToFile):
		return dwoSuffix
	case o.Is(clang.RemarksYAML):
		return ".opt.yaml"
	case o.Is(clang.RemarksBitcode):
		return ".opt.bitstream"
	}
	return ""
}
