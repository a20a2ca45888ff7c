package canon

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"thinrex/go/action"
	"thinrex/go/clang"
)

// defaultProfile is the file that clang reads when -fprofile-use names a folder,
// or has no value and means the working directory.
const defaultProfile = "default.profdata"

// profilePath returns the file that an option reads by its value.
func profilePath(o clang.Option, value string) string {
	if fi, err := os.Stat(value); o.Is(clang.ReadsProfile) && err == nil && fi.IsDir() {
		return filepath.Join(value, defaultProfile)
	}
	return value
}

// readsFile reports whether the value of an option is a file that becomes an input.
func readsFile(o clang.Option) bool {
	return o.Is(clang.ReadsFile|clang.ReadsProfile) && !o.Is(clang.NotFoundInLinks)
}

// readsFileAfter reports whether an argument is an option without its value,
// which the next argument may be.
func readsFileAfter(arg string) bool {
	o, _, _ := clang.FindOption(arg + "=")
	return readsFile(o) && o.Name == arg
}

// fileOption makes the file that an option reads an input, and returns its
// canonical name.
func (r *argumentReader) fileOption(option, path string) (string, error) {
	if name := r.names[path]; name != "" {
		return name, nil
	}
	if r.perJob {
		return "", uncacheable(option, "%s stands in the arguments of a single job, where thinrex knows only lld's own"+
			" options (give it to all jobs by --thinlto-remote-compiler-arg=)", option)
	}
	if err := r.addInput(path); err != nil {
		return "", unreadable(err)
	}
	return r.names[path], nil
}

// unreadable makes the job run as it is, so that the compiler says what is wrong with
// an input that can't be read: lld lists a sample profile even if it doesn't exist.
func unreadable(err error) error {
	return uncacheable("", "an input can't be read: %v", err)
}

// addInput makes the file at path an input with a name of its own.
func (r *argumentReader) addInput(path string) error {
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

// existingFile returns the first part of an argument that is the name of a file
// which exists, unless it is known that the argument doesn't mean the file.
func (r *argumentReader) existingFile(arg string, o clang.Option) string {
	if o.Is(clang.NamesNoFile) || strings.HasPrefix(arg, "-") && !strings.ContainsAny(arg, "=,./") {
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
