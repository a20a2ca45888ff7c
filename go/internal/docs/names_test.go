package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// goName is a link such as [`Builder.Build`](../go/link/canon/canon.go).
var goName = regexp.MustCompile("\\[`([A-Za-z.]+)`\\]\\(\\.\\./(go/[^)]+\\.go)\\)")

// A reader of docs/architecture.md who looks for a function finds it in the file
// that the page links to.
func TestNames(t *testing.T) {
	p := read(t, "docs/architecture.md")
	found := 0
	for _, l := range p.lines {
		for _, match := range goName.FindAllStringSubmatch(l.text, -1) {
			found++
			if name, path := match[1], match[2]; !declares(t, path, name) {
				t.Errorf("%s:%d: %s doesn't declare %s; name the function that does this now", p.path, l.number, path, name)
			}
		}
	}
	if found < 20 {
		t.Errorf("%s names %d functions only", p.path, found)
	}
}

// declares reports whether a Go file declares a name: Function, package.Function
// or Type.Method.
func declares(t *testing.T, path, name string) bool {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(repository, path), nil, parser.SkipObjectResolution)
	if err != nil {
		return false // TestLinks says so if the file isn't there
	}
	of, short, qualified := strings.Cut(name, ".")
	if !qualified {
		of, short = "", name
	}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			receiver := receiverOf(d)
			if d.Name.Name == short && (receiver == of || receiver == "" && of == file.Name.Name) {
				return true
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if isNamed(spec, short) && (of == "" || of == file.Name.Name) {
					return true
				}
			}
		}
	}
	return false
}

func receiverOf(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	expr := f.Recv.List[0].Type
	if star, ok := expr.(*ast.StarExpr); ok {
		expr = star.X
	}
	if generic, ok := expr.(*ast.IndexExpr); ok {
		expr = generic.X
	}
	if ident, ok := expr.(*ast.Ident); ok {
		return ident.Name
	}
	return "?"
}

func isNamed(spec ast.Spec, name string) bool {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		return s.Name.Name == name
	case *ast.ValueSpec:
		for _, ident := range s.Names {
			if ident.Name == name {
				return true
			}
		}
	}
	return false
}
