package starlarkcheck

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Name is how other modules call this repository's.
const Name = "thinrex"

// A Repository loads the files below a folder, each once. It is not safe for
// concurrent use.
type Repository struct {
	root    fs.FS
	modules map[string]*Module
}

// A Module is a .bzl file that has been run.
type Module struct {
	File    string // slash-separated, from the root
	Doc     string
	Globals starlark.StringDict

	err error
}

// Open returns the repository in a folder.
func Open(root string) *Repository {
	return &Repository{root: os.DirFS(root), modules: make(map[string]*Module)}
}

// Files lists the .bzl and BUILD files below a folder, slash-separated; "." is
// the whole repository.
func (r *Repository) Files(below string) ([]string, error) {
	var files []string
	err := fs.WalkDir(r.root, below, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		if err == nil && !d.IsDir() && (path.Ext(name) == ".bzl" || d.Name() == "BUILD.bazel" || d.Name() == "BUILD") {
			files = append(files, name)
		}
		return err
	})
	return files, err
}

// Check checks one file: its names, what it loads, and, for a .bzl file, that it
// runs.
func (r *Repository) Check(name string) error {
	if path.Ext(name) == ".bzl" {
		_, err := r.Module(name)
		return err
	}
	file, err := r.parse(name)
	if err != nil {
		return err
	}
	errs := []error{checkNames(name, file, r.bzlmod(name))}
	for _, statement := range file.Stmts {
		load, ok := statement.(*syntax.LoadStmt)
		if !ok {
			continue
		}
		globals, err := r.load(name, load.ModuleName())
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", load.Load, err))
			continue
		}
		for _, from := range load.From {
			if !globals.Has(from.Name) {
				errs = append(errs, fmt.Errorf("%s: %s has no %s", from.NamePos, load.ModuleName(), from.Name))
			}
		}
	}
	return errors.Join(errs...)
}

// Module checks and runs a .bzl file and all that it loads.
func (r *Repository) Module(name string) (*Module, error) {
	if m, ok := r.modules[name]; ok {
		return m, m.err
	}
	m := &Module{File: name, err: fmt.Errorf("%s: loads itself", name)}
	r.modules[name] = m
	m.err = r.run(m)
	return m, m.err
}

func (r *Repository) run(m *Module) error {
	file, err := r.parse(m.File)
	if err != nil {
		return err
	}
	if err := checkNames(m.File, file, r.bzlmod(m.File)); err != nil {
		return err
	}
	m.Doc = docString(file.Stmts)
	if file, err = r.parse(m.File); err != nil { // resolving has changed the first
		return err
	}
	names := predeclared()
	program, err := starlark.FileProgram(file, names.Has)
	if err != nil {
		return err
	}
	thread := &starlark.Thread{
		Name:  m.File,
		Load:  func(_ *starlark.Thread, label string) (starlark.StringDict, error) { return r.load(m.File, label) },
		Print: func(*starlark.Thread, string) {},
	}
	m.Globals, err = program.Init(thread, names)
	if trace, ok := errors.AsType[*starlark.EvalError](err); ok {
		return errors.New(trace.Backtrace())
	}
	return err
}

func (r *Repository) parse(name string) (*syntax.File, error) {
	source, err := fs.ReadFile(r.root, name)
	if err != nil {
		return nil, err
	}
	return options.Parse(name, source, 0)
}

func docString(statements []syntax.Stmt) string {
	if len(statements) == 0 {
		return ""
	}
	first, ok := statements[0].(*syntax.ExprStmt)
	if !ok {
		return ""
	}
	literal, ok := first.X.(*syntax.Literal)
	if !ok {
		return ""
	}
	s, _ := literal.Value.(string)
	return s
}

// load returns what a label in a load statement of a file names.
func (r *Repository) load(from, label string) (starlark.StringDict, error) {
	if names, ok := known(from, label); ok {
		globals := make(starlark.StringDict)
		for name := range names {
			globals[name] = function(name)
		}
		return globals, nil
	}
	name, err := r.resolve(from, label)
	if err != nil {
		return nil, err
	}
	m, err := r.Module(name)
	return m.Globals, err
}

// resolve returns the file of a label of this repository, or of the example
// that has the loading file.
func (r *Repository) resolve(from, label string) (string, error) {
	workspace := "."
	rest := label
	if after, ok := strings.CutPrefix(label, "@"+Name+"//"); ok {
		rest = "//" + after
	} else if strings.HasPrefix(label, "@") {
		return "", fmt.Errorf("%s is not known: if each Bazel can load it, name it in starlarkcheck's names.go", label)
	} else {
		workspace = r.workspace(from)
	}
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		folder, file, ok := strings.Cut(after, ":")
		if !ok {
			return "", fmt.Errorf("%s has no colon", label)
		}
		return path.Join(workspace, folder, file), nil
	}
	return path.Join(path.Dir(from), strings.TrimPrefix(rest, ":")), nil
}

// known returns what a label of a module that isn't in this repository has.
func known(from, label string) (names map[string]bool, ok bool) {
	for folder, files := range overlays {
		if strings.HasPrefix(from, folder+"/") && files[label] != nil {
			return files[label], true
		}
	}
	names, ok = external[label]
	return names, ok
}

// workspace returns the nearest folder above a file that is a module.
func (r *Repository) workspace(file string) string {
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		if r.has(dir, "MODULE.bazel") || r.has(dir, "WORKSPACE") {
			return dir
		}
	}
	return "."
}

// bzlmod says whether a file is loaded only by Bazels that know modules.
func (r *Repository) bzlmod(file string) bool {
	dir := r.workspace(file)
	return path.Base(file) == "extensions.bzl" || r.has(dir, "MODULE.bazel") && !r.has(dir, "WORKSPACE")
}

func (r *Repository) has(dir, name string) bool {
	_, err := fs.Stat(r.root, path.Join(dir, name))
	return err == nil
}
