// Package depfile reads and writes the lists in which clang says which files it
// has read: depfiles (-MD) and graphs of includes (-dependency-dot).
package depfile

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

var errSyntax = errors.New("thinrex doesn't understand the compiler's list of the files that it read")

// Name is path as clang writes it to a depfile, and opens it: without ./ in
// front (LLVM's path::remove_leading_dotslash).
func Name(path string) string {
	for strings.HasPrefix(path, "./") {
		path = strings.TrimLeft(path[2:], "/")
	}
	return path
}

// Parse returns the files that the first rule of a depfile depends on, among them the
// source.
func Parse(data []byte, source string) ([]string, error) {
	rule := strings.ReplaceAll(string(data), "\\\n", " ")
	rule, _, _ = strings.Cut(rule, "\n")
	// A colon may be a part of a target, or of a name. The rule's has a blank
	// behind it, which few others have: in names, blanks follow a backslash.
	end := len(rule)
	for range maxColons {
		if end = strings.LastIndex(rule[:end], ": "); end < 0 {
			break
		}
		if names, err := dependencies(rule[end+1:]); err == nil && slices.Contains(names, Name(source)) {
			return names, nil
		}
	}
	return nil, errSyntax
}

// maxColons bounds how often Parse reads a list: a depfile may have thousands of names
// that end with a colon.
const maxColons = 64

// dependencies splits a list as clang writes it, with a backslash before blanks and #, and
// $ twice.
func dependencies(list string) (names []string, err error) {
	var name []byte
	for i := 0; i <= len(list); i++ {
		switch {
		case i == len(list) || list[i] == ' ':
			if len(name) > 0 {
				names = append(names, Name(string(name)))
			}
			name = nil
		case list[i] == '\\' && i+1 < len(list) && (list[i+1] == ' ' || list[i+1] == '#'):
			i++
			name = append(name, list[i])
		case list[i] == '\\', list[i] == '\t':
			return nil, errSyntax
		case list[i] == '$':
			if i++; i == len(list) || list[i] != '$' {
				return nil, errSyntax
			}
			name = append(name, '$')
		default:
			name = append(name, list[i])
		}
	}
	return names, nil
}

// ParseGraph returns the files of a graph that -dependency-dot wrote: with -MMD the depfile
// leaves out system headers, but the graph doesn't. Clang drops the / of absolute names
// there, so ParseGraph looks which files exist. It returns both names of a file that exists
// by both.
func ParseGraph(data []byte) ([]string, error) {
	var names []string
	for line := range strings.Lines(string(data)) {
		_, label, ok := strings.Cut(line, `[ shape="box", label="`)
		if !ok {
			continue
		}
		label, ok = strings.CutSuffix(strings.TrimSpace(label), `"];`)
		if !ok || strings.ContainsAny(label, `\`) {
			return nil, errSyntax
		}
		meant, err := undropped(label)
		if err != nil {
			return nil, err
		}
		for _, name := range meant {
			names = append(names, Name(name))
		}
	}
	return names, nil
}

func undropped(label string) ([]string, error) {
	if filepath.IsAbs(label) {
		return []string{label}, nil
	}
	rel, relErr := os.Stat(label)
	abs, absErr := os.Stat("/" + label)
	switch {
	case absErr != nil && relErr == nil:
		return []string{label}, nil
	case absErr == nil && relErr != nil:
		return []string{"/" + label}, nil
	case absErr == nil && os.SameFile(rel, abs): // as all are in the folder /
		return []string{label, "/" + label}, nil
	}
	return nil, errSyntax
}
