package clang

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode/utf16"

	"thinrex/go/host"
)

// maxNesting bounds response files that name each other.
const maxNesting = 10

// maxResponse bounds what response files can make of a command.
const maxResponse = 1 << 16

// maxResponseFiles and maxResponseBytes bound what is read of them, each as often as it is named.
const (
	maxResponseFiles = 1 << 12
	maxResponseBytes = 64 << 20
)

// ExpandResponseFiles replaces each @FILE by the arguments in the file, as LLVM's
// programs do for a GCC-like command line on Unix (llvm/lib/Support/CommandLine.cpp,
// ExpansionContext). A file that can't be read is an error.
func ExpandResponseFiles(args []string) ([]string, error) {
	e := expansion{files: maxResponseFiles, bytes: maxResponseBytes}
	return e.expand(args, 0)
}

// An expansion counts what is left of what response files may be.
type expansion struct{ files, bytes int }

func (e *expansion) expand(args []string, depth int) ([]string, error) {
	var out []string
	for _, arg := range args {
		name, ok := strings.CutPrefix(arg, "@")
		if !ok || name == "" {
			out = append(out, arg)
			continue
		}
		inner, err := e.read(name, depth)
		if err != nil {
			return nil, err
		}
		if out = append(out, inner...); len(out) > maxResponse {
			return nil, fmt.Errorf("more than %d arguments", maxResponse)
		}
	}
	return out, nil
}

func (e *expansion) read(name string, depth int) ([]string, error) {
	if err := host.CheckFile(name); err != nil { // it is read here, and perhaps once more by the compiler
		return nil, fmt.Errorf("response file: %w", err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("response file %s: %v", name, err)
	}
	if depth == maxNesting {
		return nil, fmt.Errorf("response files nested more than %d deep", maxNesting)
	}
	e.files--
	if e.bytes -= len(data); e.files < 0 || e.bytes < 0 {
		return nil, fmt.Errorf("response files that name %s, and others, too often", name)
	}
	given := slices.DeleteFunc(Split(text(data)), func(arg string) bool { return arg == "" }) // so does LLVM
	return e.expand(given, depth+1)
}

// text decodes UTF-16, which LLVM takes by its byte order mark, and drops the
// mark of UTF-8.
func text(data []byte) string {
	s := string(data)
	var high, low int
	switch {
	case strings.HasPrefix(s, "\xff\xfe"):
		high, low = 1, 0
	case strings.HasPrefix(s, "\xfe\xff"):
		high, low = 0, 1
	default:
		return strings.TrimPrefix(s, "\xef\xbb\xbf")
	}
	var units []uint16
	for s = s[2:]; len(s) >= 2; s = s[2:] {
		units = append(units, uint16(s[high])<<8|uint16(s[low]))
	}
	return string(utf16.Decode(units))
}

// Split splits a command line like LLVM's TokenizeGNUCommandLine: white space separates, a
// backslash takes the next character as it is, in quotes of either kind too.
func Split(s string) []string {
	var out []string
	var token []byte
	started := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			if started {
				out = append(out, string(token))
			}
			token, started = nil, false
		case c == '\\' && i+1 < len(s):
			i++
			token, started = append(token, s[i]), true
		case c == '\'' || c == '"':
			started = true
			for i++; i < len(s) && s[i] != c; i++ {
				if s[i] == '\\' && i+1 < len(s) {
					i++
				}
				token = append(token, s[i])
			}
		default:
			token, started = append(token, c), true
		}
	}
	if started {
		out = append(out, string(token))
	}
	return out
}
