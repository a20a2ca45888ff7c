// Package layout has no code of its own. Its tests read the source files of this
// repository and keep what gofmt, buildifier and bash leave open: how long a line
// may be, and how literals of options are written. docs keeps the Markdown pages.
package layout

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const repository = "../../.."

// columns is the length of a line; a tab counts as one column.
const columns = 120

// A line with an address may be longer, because an address can't be broken.
func TestColumns(t *testing.T) {
	for _, path := range sources(t, ".go", ".bzl", ".bazel", ".sh", "WORKSPACE", "BUILD", "Makefile", "run") {
		data, err := os.ReadFile(filepath.Join(repository, path))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(data), "\n") {
			if n := len([]rune(line)); n > columns && !strings.Contains(line, "://") {
				t.Errorf("%s:%d: %d columns; break the line before column %d", path, i+1, n, columns+1)
			}
		}
	}
}

// A literal of options that needs more than one line has one field on each, so
// that a new option changes one line.
func TestOptionLiterals(t *testing.T) {
	for _, path := range sources(t, ".go") {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, filepath.Join(repository, path), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range crowdedLines(files, file) {
			t.Errorf("%s:%d: several fields of an options literal; write one field on each line", path, line)
		}
	}
}

func TestCrowdedLines(t *testing.T) {
	for literal, want := range map[string][]int{
		"Options{}":                                 nil,
		"Options{A: 1, B: 2}":                       nil,
		"Options{\nA: 1,\nB: 2,\n}":                 nil,
		"Options{\nA: 1, B: 2,\n}":                  {2},
		"Options{A: 1,\nB: 2, C: 3}":                {2},
		"other.Options{\nA: 1, B: 2, C: 3,\n}":      {2},
		"&Options{\nA: 1,\nB: 2, C: 3,\n}":          {3},
		"Point{\nX: 1, Y: 2,\n}":                    nil,
		"[]Options{{\nA: 1, B: 2,\n}}":              {2},
		"map[string]x.Options{`k`: {\nA: 1, B: 2}}": {2},
		"Options{A: f(func() {\ng()\n}), B: 2}":     {3},
	} {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, "literal.go", "package p; var x = "+literal, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := crowdedLines(files, file); !slices.Equal(got, want) {
			t.Errorf("%s: lines %v, want %v", literal, got, want)
		}
	}
}

// crowdedLines lists the lines on which more than one field of an options literal
// begins or ends, but for literals on one line.
func crowdedLines(files *token.FileSet, file *ast.File) (crowded []int) {
	line := func(p token.Pos) int { return files.Position(p).Line }
	check := func(literal *ast.CompositeLit) {
		if line(literal.Pos()) == line(literal.End()) {
			return
		}
		for i, field := range literal.Elts {
			if i > 0 && line(literal.Elts[i-1].End()) == line(field.Pos()) && !slices.Contains(crowded, line(field.Pos())) {
				crowded = append(crowded, line(field.Pos()))
			}
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		literal, ok := node.(*ast.CompositeLit)
		switch {
		case !ok:
		case isOptions(literal.Type):
			check(literal)
		case isOptions(element(literal.Type)):
			for _, item := range literal.Elts {
				if pair, ok := item.(*ast.KeyValueExpr); ok {
					item = pair.Value
				}
				if inner, ok := item.(*ast.CompositeLit); ok && inner.Type == nil {
					check(inner)
				}
			}
		}
		return true
	})
	return crowded
}

// isOptions reports whether a type is named Options, or ends so.
func isOptions(expression ast.Expr) bool {
	switch e := expression.(type) {
	case *ast.Ident:
		return strings.HasSuffix(e.Name, "Options") || e.Name == "options"
	case *ast.SelectorExpr:
		return isOptions(e.Sel)
	}
	return false
}

// element is the type of the elements of a slice, an array or a map.
func element(expression ast.Expr) ast.Expr {
	switch e := expression.(type) {
	case *ast.ArrayType:
		return e.Elt
	case *ast.MapType:
		return e.Value
	}
	return nil
}

// sources lists the files of this repository whose names end so.
func sources(t *testing.T, ends ...string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(repository, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			// bazel-NAME are Bazel's links to its output, bin is make's.
			skip := name == "testdata" || name == "bin" || strings.HasPrefix(name, "bazel-") ||
				strings.HasPrefix(name, ".") && name != ".ci" && path != repository
			if skip {
				return fs.SkipDir
			}
			return nil
		}
		isSource := slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(name, end) })
		if !entry.Type().IsRegular() || !isSource {
			return nil
		}
		relative, err := filepath.Rel(repository, path)
		paths = append(paths, relative)
		return err
	})
	if err == nil && len(paths) < 100 {
		err = fmt.Errorf("%d source files", len(paths))
	}
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
