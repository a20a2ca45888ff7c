// Package starlarkcheck loads this repository's Starlark files without Bazel:
// each name must be one that Bazel 9 has without a load, and, but for files that
// only bzlmod loads, that Bazel 4.2.3 has too. It can't see what an attribute of
// ctx or of a provider is: for that, e2e runs real Bazels.
package starlarkcheck

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

var options = &syntax.FileOptions{}

// checkNames reports the names in a parsed file that some Bazel doesn't have; if
// bzlmod is set, some Bazel from 7 on.
func checkNames(name string, file *syntax.File, bzlmod bool) error {
	names, build := bzlNames, !strings.HasSuffix(name, ".bzl")
	if build {
		names = buildNames
	}
	known := func(s string) bool { return names[s] || bzlmod && newNames[s] }
	errs := []error{oldSyntax(file, path.Base(name) == "workspace.bzl")}

	err := resolve.File(file, known, func(string) bool { return false })
	if list, ok := errors.AsType[resolve.ErrorList](err); ok {
		for _, e := range list {
			word := strings.TrimPrefix(e.Msg, "undefined: ")
			word, _, _ = strings.Cut(word, " ")
			if !build && newNames[word] {
				e.Msg = word + " is not in Bazel 4.2.3: use it only in an extensions.bzl, or in a module without a WORKSPACE"
			} else if strings.HasPrefix(e.Msg, "undefined: ") {
				e.Msg = word + " is no global name of Bazel 9: load it"
			}
			errs = append(errs, e)
		}
	} else if err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// oldSyntax reports what Bazel 4.2.3 refuses or doesn't have.
func oldSyntax(file *syntax.File, workspace bool) error {
	var errs []error
	report := func(node syntax.Node, format string, args ...any) {
		start, _ := node.Span()
		errs = append(errs, fmt.Errorf("%s: %s", start, fmt.Sprintf(format, args...)))
	}
	depth := 0
	var stack []bool
	syntax.Walk(file, func(node syntax.Node) bool {
		if node == nil {
			if stack[len(stack)-1] {
				depth--
			}
			stack = stack[:len(stack)-1]
			return true
		}
		_, def := node.(*syntax.DefStmt)
		if def && depth > 0 {
			report(node, "a def inside a def needs Bazel 5")
		}
		if def {
			depth++
		}
		stack = append(stack, def)

		switch node := node.(type) {
		case *syntax.LambdaExpr:
			report(node, "a lambda needs Bazel 5")
		case *syntax.BinaryExpr:
			if node.Op == syntax.PIPE && (isDict(node.X) || isDict(node.Y)) {
				report(node, "a union of dicts by | needs Bazel 5: use dict(a, **b)")
			}
		case *syntax.DotExpr:
			checkMember(node, workspace, report)
		}
		return true
	})
	return errors.Join(errs...)
}

type reporter func(node syntax.Node, format string, args ...any)

func isDict(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.DictExpr:
		return true
	case *syntax.Comprehension:
		return e.Curly
	}
	return false
}

func checkMember(dot *syntax.DotExpr, workspace bool, report reporter) {
	if newMethods[dot.Name.Name] {
		report(dot, "%s is not in Bazel 4.2.3", dot.Name.Name)
	}
	space, ok := dot.X.(*syntax.Ident)
	if !ok {
		return
	}
	if names, ok := members[space.Name]; ok && !names[dot.Name.Name] && !(workspace && workspaceNames[dot.Name.Name]) {
		report(dot, "%s.%s is not in every Bazel from 4.2.3 to 9", space.Name, dot.Name.Name)
	}
}
