package clang

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// programs are those between us and an object, with all that they load.
type programs struct {
	options ResolveOptions
	lines   []string // of the identity: the files' digests
	missing []string // names of libraries that aren't found
	glibc   bool     // some program's math functions may be glibc's
	levels  bool     // some libraries are there for several kinds of processor
	seen    map[string]bool
}

// add takes the program at a real path, its loader and all its libraries.
func (p *programs) add(ctx context.Context, path string, w *witness) error {
	if p.seen[path] {
		return nil
	}
	p.seen[path] = true
	all, err := loadedFiles(path, p.options.Env, w)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	if len(all.missing) > 0 && !all.musl {
		w.doubt() // where else the loader looks isn't known
		if all, err = p.askLoader(ctx, path, all); err != nil {
			return err
		}
	}
	p.glibc = p.glibc || !all.musl
	p.levels = p.levels || all.levels
	p.missing = append(p.missing, all.missing...)
	for _, file := range append([]string{path}, all.files...) {
		f, err := p.options.Files.File(file)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrUnusable, err)
		}
		p.lines = append(p.lines, f.Digest.String())
	}
	return nil
}

// askLoader has the loader itself say what it would load, where the rules that are
// known here don't lead to all of it.
func (p *programs) askLoader(ctx context.Context, path string, all loaded) (loaded, error) {
	env := append(slices.Clone(p.options.Env), "LD_TRACE_LOADED_OBJECTS=1")
	said, err := output(ctx, path, "/", env)
	if err != nil {
		return all, err
	}
	found := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\s*(\S+) => (/.*) \(0x`).FindAllSubmatch(said, -1) {
		if file := absolute(string(m[2])); file != "" {
			found[string(m[1])] = true
			all.files = append(all.files, file)
		}
	}
	all.missing = slices.DeleteFunc(all.missing, func(name string) bool { return found[name] })
	return all, nil
}

// addLaunched takes the compiler that a launcher starts, and the programs and
// files among the arguments: a launcher such as env or ccache is told by them what
// to start. It returns those of the arguments before lld's own, by which the
// launcher is told so, that are paths.
func (p *programs) addLaunched(ctx context.Context, frontend string, args []string) (told []string, err error) {
	own := max(0, slices.Index(args, "-c"))
	p.options.Env = slices.Concat(p.options.Env, assignments(args[:own]))
	if frontend != "" {
		if err := p.add(ctx, frontend, nil); err != nil {
			return nil, err
		}
	}
	for i, arg := range args {
		file := p.fileOf(arg)
		if file == "" {
			continue
		}
		if err := p.add(ctx, file, nil); err != nil {
			return nil, err
		}
		if i < own && strings.ContainsRune(arg, filepath.Separator) {
			told = append(told, arg)
		}
	}
	return told, nil
}

// fileOf returns the real path of the file that an argument is, or of the program
// that is found by it, "" for neither.
func (p *programs) fileOf(arg string) string {
	if arg == "" || strings.HasPrefix(arg, "-") {
		return ""
	}
	path := arg
	if !filepath.IsAbs(path) {
		path = filepath.Join(p.options.Dir, path)
	}
	if abs, err := filepath.Abs(path); err == nil {
		if file := absolute(abs); file != "" {
			return file
		}
	}
	if strings.ContainsRune(arg, filepath.Separator) {
		return ""
	}
	for _, kv := range slices.Backward(p.options.Env) {
		list, ok := strings.CutPrefix(kv, "PATH=")
		if !ok {
			continue
		}
		for _, dir := range filepath.SplitList(list) {
			path, err := exec.LookPath(filepath.Join(dir, arg))
			if err != nil && !errors.Is(err, exec.ErrDot) {
				continue
			}
			return absolute(path)
		}
		return ""
	}
	return ""
}

// assignments are the arguments by which env sets variables: LD_LIBRARY_PATH=DIR
// leads the compiler to other libraries.
func assignments(args []string) (list []string) {
	for _, arg := range args {
		if name, _, ok := strings.Cut(arg, "="); ok && regexp.MustCompile(`^\w+$`).MatchString(name) {
			list = append(list, arg)
		}
	}
	return list
}

// processor is what decides, beside the files, which functions these programs
// compute with.
func (p *programs) processor() string {
	if !p.glibc { // musl has one version of each function, and one folder
		return ""
	}
	parts := []string{mathClass()}
	if p.levels {
		parts = append(parts, "v"+strconv.Itoa(processorLevel()))
	}
	return strings.Join(append(parts, ProcessorVariables(p.options.Env)...), " ")
}

// unseen says why nothing can be cached of what a launcher starts, or "".
func unseen(launcher, frontend string) string {
	switch {
	case frontend == "":
		return fmt.Sprintf("%s doesn't answer -### with a clang command, so it isn't known what it runs"+
			" (if it needs your PATH or another variable: --action_env=PATH;"+
			" else name the compiler itself in --thinlto-remote-compiler=)", launcher)
	case isLoader(frontend):
		return fmt.Sprintf("%s lets the loader %s start the compiler, so it isn't known which libraries that uses"+
			" (name the compiler itself in --thinlto-remote-compiler=)", launcher, frontend)
	}
	return ""
}

// isLoader reports whether a program is one that loads others: what it loads is
// said in its arguments.
func isLoader(path string) bool {
	base := filepath.Base(path)
	return isMusl(base) || loaderName().MatchString(base)
}
