package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// rcFiles are Bazel's rc files, as Bazel reads them for a build: the arguments of
// each section, in their order. A section is a command, such as build, or
// COMMAND:CONFIG.
type rcFiles struct {
	readFile func(path string) ([]byte, error)
	startup  map[string]bool // the options that count on startup lines, with their dashes
	sections map[string][]rcArg
	reads    int // bounds how often files that import each other are read
	expanded int // bounds what configs that name each other expand to
}

// An rcArg is an option, or the value of the option before it.
type rcArg struct {
	text      string
	path      string
	line      int
	workspace string
}

// errorf names the argument's place, but not the argument: it may be a secret.
func (a rcArg) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", a.path, a.line, fmt.Errorf(format, args...))
}

const (
	workspaceName = "%workspace%"
	maxReads      = 1000
)

// read adds a file and its imports. importers are the files that import it,
// directly or not: an import of one of them is a loop.
func (r *rcFiles) read(path, workspace string, importers ...string) error {
	data, err := r.readFile(path)
	if err != nil {
		return unreadable{err}
	}
	if r.reads++; r.reads > maxReads {
		return fmt.Errorf("%s: more than %d imports", path, maxReads)
	}
	importers = append(slices.Clone(importers), path)
	for _, line := range splitLines(string(data)) {
		args := splitArgs(strings.Trim(line.text, " \t\r\v\f"))
		if len(args) == 0 {
			continue
		}
		at := rcArg{path: path, line: line.number, workspace: workspace}
		if args[0] == "import" || args[0] == "try-import" {
			if err := r.readImport(args, at, importers); err != nil {
				return err
			}
			continue
		}
		for _, arg := range args[1:] {
			at.text = arg
			r.sections[args[0]] = append(r.sections[args[0]], at)
		}
	}
	return nil
}

// readImport adds the file of an import or try-import line. The latter may fail
// to open the file.
func (r *rcFiles) readImport(args []string, at rcArg, importers []string) error {
	if len(args) != 2 {
		return at.errorf("%s takes one path", args[0])
	}
	path := args[1]
	if rest, ok := strings.CutPrefix(path, workspaceName); ok {
		path = at.workspace + rest
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(at.workspace, path)
	}
	path = filepath.Clean(path)
	if slices.Contains(importers, path) {
		return at.errorf("import loop: %s", strings.Join(append(importers, path), " > "))
	}
	err := r.read(path, at.workspace, importers...)
	if _, ok := errors.AsType[unreadable](err); !ok {
		return err
	}
	if args[0] == "try-import" { // as in Bazel, also if the unreadable file is imported by that file
		return nil
	}
	return at.errorf("import: %w", err)
}

// unreadable is the error of a file that can't be opened or read.
type unreadable struct{ error }

func (u unreadable) Unwrap() error { return u.error }
