package clang

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"thinrex/go/host"
)

// Bounds of what response files may be; a command beyond them isn't cached.
// A file counts as often as it is named.
const (
	maxNesting       = 10      // of files that name each other
	maxResponse      = 1 << 16 // arguments of the whole command
	maxResponseFiles = 1 << 12
	maxResponseBytes = 64 << 20
)

// ExpandResponseFiles replaces each @FILE by the arguments in the file, as LLVM's
// programs do for a GCC-like command line on Unix. The compilations and the
// linkers whose command lines thinrex reads may be given so. A file that can't be
// read is an error.
//
// Source: ExpansionContext in llvm/lib/Support/CommandLine.cpp.
func ExpandResponseFiles(args []string) ([]string, error) {
	e := expansion{files: maxResponseFiles, bytes: maxResponseBytes}
	return e.expand(args, 0)
}

// An expansion holds how much more may be read.
type expansion struct{ files, bytes int }

func (e *expansion) expand(args []string, depth int) ([]string, error) {
	var out []string
	for _, arg := range args {
		name, ok := strings.CutPrefix(arg, "@")
		if !ok || name == "" {
			out = append(out, arg)
			continue
		}
		inner, err := e.expandFile(name, depth)
		if err != nil {
			return nil, err
		}
		if out = append(out, inner...); len(out) > maxResponse {
			return nil, fmt.Errorf("response files make a command of more than %d arguments", maxResponse)
		}
	}
	return out, nil
}

func (e *expansion) expandFile(name string, depth int) ([]string, error) {
	if err := host.CheckFile(name); err != nil { // which the compiler may have to read again
		return nil, fmt.Errorf("response file: %w", err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("response file %s: %w", name, err)
	}
	if depth == maxNesting {
		return nil, fmt.Errorf("response file %s is nested more than %d deep", name, maxNesting)
	}
	e.files--
	if e.bytes -= len(data); e.files < 0 || e.bytes < 0 {
		return nil, fmt.Errorf("response files name %s and others too often: more than %d files or %d MB are read",
			name, maxResponseFiles, maxResponseBytes>>20)
	}
	text, err := decodeText(data)
	if err != nil {
		return nil, fmt.Errorf("response file %s: %w", name, err)
	}
	given := slices.DeleteFunc(Split(text), func(arg string) bool { return arg == "" }) // so does LLVM
	return e.expand(given, depth+1)
}

// decodeText returns the text of a response file. LLVM knows UTF-16 by its byte
// order mark, refuses it if it is damaged, and drops the mark of UTF-8.
func decodeText(data []byte) (string, error) {
	if !bytes.HasPrefix(data, []byte("\xff\xfe")) && !bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return strings.TrimPrefix(string(data), "\xef\xbb\xbf"), nil
	}
	text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
	if err == nil && bytes.ContainsRune(text, utf8.RuneError) {
		err = errors.New("it isn't valid UTF-16")
	}
	return string(text), err
}

// Split splits a command line as LLVM's TokenizeGNUCommandLine does: white space
// separates, and a backslash takes the next character as it is, in quotes of
// either kind too.
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
