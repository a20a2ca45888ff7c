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

// programs collects the programs that take part in making an object, with all that
// they load: the launcher, if there is one, and the compiler.
type programs struct {
	options ResolveOptions
	lines   []string // of the identity: the files' digests
	missing []string // names of libraries that aren't found
	glibc   bool     // some program may use the math functions of glibc
	levels  bool     // some library exists for several kinds of processor
	seen    map[string]bool
}

// addProgram adds the program at a path without symbolic links, its loader and all
// its libraries.
func (p *programs) addProgram(ctx context.Context, path string, w *nameStates) error {
	if p.seen[path] {
		return nil
	}
	p.seen[path] = true
	all, err := loadedFiles(path, p.options.Env, w)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	if len(all.missing) > 0 && !all.musl {
		w.markUnsure() // the loader looks in further places, and these aren't recorded
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

// askLoader runs the program so that its loader prints what it would load: for
// libraries that weren't found by the rules that are known here.
func (p *programs) askLoader(ctx context.Context, path string, all loaded) (loaded, error) {
	env := append(slices.Clone(p.options.Env), "LD_TRACE_LOADED_OBJECTS=1")
	printed, err := outputOf(ctx, path, "/", env)
	if err != nil {
		return all, err
	}
	found := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\s*(\S+) => (/.*) \(0x`).FindAllSubmatch(printed, -1) {
		if file := regularFile(string(m[2])); file != "" {
			found[string(m[1])] = true
			all.files = append(all.files, file)
		}
	}
	all.missing = slices.DeleteFunc(all.missing, func(name string) bool { return found[name] })
	return all, nil
}

// addLaunched adds the compiler that a launcher starts, and the programs and files
// among the arguments, which tell a launcher such as env or ccache what to start.
// Arguments before lld's own, which begin with -c, are for the launcher: it returns
// those of them that are paths.
func (p *programs) addLaunched(ctx context.Context, frontend string, args []string) (paths []string, err error) {
	own := max(0, slices.Index(args, "-c"))
	p.options.Env = slices.Concat(p.options.Env, assignments(args[:own]))
	if frontend != "" {
		if err := p.addProgram(ctx, frontend, nil); err != nil {
			return nil, err
		}
	}
	for i, arg := range args {
		file := p.fileOf(arg)
		if file == "" {
			continue
		}
		if err := p.addProgram(ctx, file, nil); err != nil {
			return nil, err
		}
		if i < own && strings.ContainsRune(arg, filepath.Separator) {
			paths = append(paths, arg)
		}
	}
	return paths, nil
}

// fileOf returns the path, without symbolic links, of the file that an argument
// names, or of the program that is found in PATH by it; "" for neither.
func (p *programs) fileOf(arg string) string {
	if arg == "" || strings.HasPrefix(arg, "-") {
		return ""
	}
	path := arg
	if !filepath.IsAbs(path) {
		path = filepath.Join(p.options.Dir, path)
	}
	if abs, err := filepath.Abs(path); err == nil {
		if file := regularFile(abs); file != "" {
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
			return regularFile(path)
		}
		return ""
	}
	return ""
}

// assignments returns the arguments by which env sets variables. LD_LIBRARY_PATH=DIR
// makes the compiler load other libraries.
func assignments(args []string) (list []string) {
	for _, arg := range args {
		if name, _, ok := strings.Cut(arg, "="); ok && regexp.MustCompile(`^\w+$`).MatchString(name) {
			list = append(list, arg)
		}
	}
	return list
}

// processor returns what of this machine and its environment decides which math
// functions and libraries these programs use.
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

// whyUnknown returns why nothing can be cached of what a launcher starts; "" if it
// can.
func whyUnknown(launcher, frontend string) string {
	switch {
	case frontend == "":
		return fmt.Sprintf("%s doesn't answer -### with a clang command, so thinrex doesn't know what it runs"+
			" (if it needs your PATH or another variable: --action_env=PATH;"+
			" otherwise name the compiler itself in --thinlto-remote-compiler=)", launcher)
	case isLoader(frontend):
		return fmt.Sprintf("%s lets the loader %s start the compiler, so thinrex doesn't know which libraries it uses"+
			" (name the compiler itself in --thinlto-remote-compiler=)", launcher, frontend)
	}
	return ""
}

// isLoader reports whether a program is a dynamic loader, which runs the program that
// its arguments name.
func isLoader(path string) bool {
	base := filepath.Base(path)
	return isMusl(base) || loaderName().MatchString(base)
}
