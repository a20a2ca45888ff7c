package canon

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"thinrex/go/action"
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

// readCommon reads the shared arguments once, so that the work per job is
// what only that job has.
func readCommon(common distfile.Common, o Options) (commonPart, error) {
	r := &reader{opts: o, names: map[string]string{}}
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
	args, err := r.read(common.Args[1:])
	if err != nil {
		return commonPart{}, err
	}
	if err := r.placeUnnamed(o.ExtraInputs, args); err != nil {
		return commonPart{}, err
	}
	return commonPart{common, append(args, hermetic(args)...), r.inputs, r.names, r.suffixes}, nil
}

// canonicalArgs reads one job's own arguments.
func (b *Builder) canonicalArgs(args []string, names map[string]string) ([]string, error) {
	for path, name := range b.common.names {
		if names[path] == "" {
			names[path] = name
		}
	}
	r := &reader{opts: b.opts, names: names, perJob: true}
	return r.read(args)
}

// A reader goes through arguments, replaces the names of known files and
// collects the files that options read and write undeclared.
type reader struct {
	opts     Options
	names    map[string]string // by path
	extra    map[string]string // names of extra inputs, by absolute path
	inputs   []action.Input
	suffixes []string
	perJob   bool // files may be known already, but none is added
}

func (r *reader) read(args []string) ([]string, error) {
	out := make([]string, 0, len(args))
	previous := "" // the option before this argument, for values that stand alone
	for _, arg := range args {
		canonical, err := r.readArg(previous, arg)
		if err != nil {
			return nil, err
		}
		out = append(out, canonical)
		if !forwarders[arg] {
			previous = arg
		}
	}
	return out, nil
}

func (r *reader) readArg(previous, arg string) (string, error) {
	if slices.Contains(r.opts.Launched, arg) {
		if !filepath.IsAbs(arg) {
			const relative = "%s is a relative name, which means nothing in the folders where jobs run" +
				" (--thinlto-remote-compiler-prepend-arg= takes absolute ones)"
			return "", &action.Uncacheable{Cause: arg, Reason: fmt.Sprintf(relative, arg)}
		}
		return arg, nil
	}
	if name := r.nameOf(arg); name != "" {
		return name, nil
	}
	option, value, joined := strings.Cut(arg, "=")
	if joined {
		if name := r.nameOf(value); name != "" {
			return option + "=" + name, nil
		}
		// -fbasic-block-sections=list=FILE
		if inner, path, ok := strings.Cut(value, "="); ok && r.nameOf(path) != "" {
			return option + "=" + inner + "=" + r.nameOf(path), nil
		}
	}
	if suffix, ok := sideOutputs[arg]; ok {
		r.suffixes = append(r.suffixes, suffix)
		return arg, nil
	}
	if dependsOnMachine[arg] {
		return "", &action.Uncacheable{Cause: arg, Reason: fmt.Sprintf("%s depends on this machine's processor", arg)}
	}
	if isNotUnderstood(arg) {
		return "", &action.Uncacheable{Cause: arg, Reason: fmt.Sprintf("what %s reads or writes can't be cached", arg)}
	}
	switch {
	case readsFile[option] && joined:
		name, err := r.fileOption(arg, profileIn(value))
		return option + "=" + name, err
	case readsFile[previous] && !strings.HasPrefix(arg, "-"):
		return r.fileOption(previous, arg)
	case readsDefaultProfile[arg]:
		return r.defaultProfile(arg)
	}
	if file := r.existingFile(arg); file != "" {
		return "", &action.Uncacheable{Cause: arg, Reason: fmt.Sprintf("%s may read %s (if so, declare it with --extra_input=%s)", arg, file, file)}
	}
	return arg, nil
}

// fileOption makes the file that an option reads an input, and returns its
// canonical name.
func (r *reader) fileOption(option, path string) (string, error) {
	if name := r.names[path]; name != "" {
		return name, nil
	}
	if r.perJob {
		return "", &action.Uncacheable{Cause: option, Reason: fmt.Sprintf("%s in a job's own arguments isn't understood", option)}
	}
	if err := r.addInput(path); err != nil {
		return "", unreadable(err)
	}
	return r.names[path], nil
}

// unreadable leaves the verdict on an input that can't be read to the
// compiler: lld lists a sample profile even when it doesn't exist.
func unreadable(err error) error {
	reason := fmt.Sprintf("an input can't be read: %v", err)
	return &action.Uncacheable{Cause: reason, Reason: reason}
}

// defaultProfile handles -fprofile-use without a value: clang reads a file of
// a fixed name in the working directory.
func (r *reader) defaultProfile(option string) (string, error) {
	name, err := r.fileOption(option, "default.profdata")
	return option + "=" + name, err
}

// addInput makes the file at path an input with a name of its own.
func (r *reader) addInput(path string) error {
	if r.names[path] != "" {
		return nil
	}
	f, err := r.opts.Files.File(path)
	if err != nil {
		return err
	}
	name := commonName(len(r.inputs))
	r.names[path] = name
	r.inputs = append(r.inputs, action.Input{Name: name, Digest: f.Digest, File: f})
	return nil
}

// nameOf returns the canonical name of a known file, or "". Extra inputs are
// known by any spelling of their path.
func (r *reader) nameOf(path string) string {
	if name := r.names[path]; name != "" || len(r.extra) == 0 {
		return name
	}
	return r.extra[absolute(path)]
}

func absolute(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return abs
}

// placeUnnamed gives extra inputs that no argument names their own relative
// path, where the compiler will look for them. By an absolute path it finds
// them where they are.
func (r *reader) placeUnnamed(extra, args []string) error {
	for _, path := range extra {
		name := r.names[path]
		if filepath.IsAbs(path) || slices.ContainsFunc(args, func(arg string) bool { return strings.HasSuffix(arg, name) }) {
			continue
		}
		own := filepath.ToSlash(filepath.Clean(path))
		if !filepath.IsLocal(path) || reserved().MatchString(own) {
			reason := fmt.Sprintf("--extra_input=%s has no place beside the job's own files", path)
			return &action.Uncacheable{Cause: reason, Reason: reason}
		}
		i := slices.IndexFunc(r.inputs, func(in action.Input) bool { return in.Name == name })
		r.inputs[i].Name = own
	}
	return nil
}

// reserved matches the names that are canonical ones.
var reserved = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(m\..*|i\d{5}\.o|o\d{5}|c/\d{5}|toolchain/.*)$`)
})

// existingFile returns the first part of arg that names a file which is there
// and which no option known to us explains, or "".
func (r *reader) existingFile(arg string) string {
	if harmless(arg) {
		return ""
	}
	candidates := []string{strings.TrimPrefix(arg, "@")}
	for i, c := range arg {
		if c == '=' || c == ',' {
			candidates = append(candidates, arg[i+1:])
		}
	}
	if len(arg) > 2 && arg[0] == '-' && strings.ContainsAny(arg[2:], "./") {
		candidates = append(candidates, arg[2:])
	}
	for _, path := range candidates {
		if r.nameOf(path) != "" {
			continue
		}
		if fi, err := os.Stat(path); err == nil && !fi.IsDir() && fi.Mode()&fs.ModeDevice == 0 {
			return path
		}
	}
	return ""
}

// profileIn returns the file that clang reads when -fprofile-use= names a
// folder.
func profileIn(path string) string {
	if fi, err := os.Stat(path); err == nil && fi.IsDir() {
		return filepath.Join(path, "default.profdata")
	}
	return path
}

// hermetic returns arguments that keep out of an object what isn't in its
// action.
func hermetic(args []string) []string {
	// clang.cfg beside the compiler holds more arguments.
	more := []string{"--no-default-config"}
	switch target := targetOf(args); {
	case strings.Contains(target, "windows"):
		// The time of day in the COFF header; the compiler's path, command line
		// and working directory in CodeView.
		more = append(more, "-mno-incremental-linker-compatible", "-Xclang", "-gno-codeview-command-line")
	case strings.HasPrefix(target, "aarch64") && !slices.Contains(args, "-moutline-atomics"):
		// The driver turns it on by the GCC that it finds. Functions from clang say for
		// themselves whether they want it; for others lld, in process, has it off.
		more = append(more, "-mno-outline-atomics")
	}
	return more
}

// targetOf is the last --target=, "" for none.
func targetOf(args []string) string {
	for _, arg := range slices.Backward(args) {
		if target, ok := strings.CutPrefix(arg, "--target="); ok {
			return target
		}
	}
	return ""
}
