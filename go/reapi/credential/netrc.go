package credential

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A netrcFile is the place of a .netrc.
type netrcFile struct {
	path     string // "" for none
	optional bool   // its absence is no error
}

// locateNetrc returns the .netrc at a path. "" stands for $NETRC or ~/.netrc, which
// may be missing.
func locateNetrc(path string) netrcFile {
	if path != "" {
		return netrcFile{path: path}
	}
	if path = os.Getenv("NETRC"); path == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return netrcFile{}
		}
		path = filepath.Join(home, ".netrc")
	}
	return netrcFile{path: path, optional: true}
}

// maxNetrc bounds the size in bytes, so that a wrong file can't fill the memory.
const maxNetrc = 1 << 20

// headers reads the file and returns the headers for a host. Like Bazel, it accepts a
// file that others may read.
func (n netrcFile) headers(host string) (map[string]string, error) {
	if n.path == "" {
		return nil, nil
	}
	data, err := n.readAll()
	if errors.Is(err, fs.ErrNotExist) && n.optional {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w (NETRC=%s turns .netrc off)", err, os.DevNull)
	}
	entries, line, err := parseNetrc(string(data))
	if err != nil {
		return nil, fmt.Errorf("%s:%d: %w (correct it; NETRC=%s turns .netrc off)", n.path, line, err, os.DevNull)
	}
	a, ok := entries.machines[host]
	if !ok {
		a = entries.other
	}
	if a == nil || *a == (account{}) {
		return nil, nil
	}
	token := base64.StdEncoding.EncodeToString([]byte(a.login + ":" + a.password))
	return map[string]string{authorization: "Basic " + token}, nil
}

func (n netrcFile) readAll() ([]byte, error) {
	f, err := os.Open(n.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxNetrc+1))
	if err == nil && len(data) > maxNetrc {
		err = fmt.Errorf("%s: too large for a .netrc", n.path)
	}
	return data, err
}

// An account is what a .netrc says about one machine.
type account struct{ login, password string }

// netrc is the content of a .netrc.
type netrc struct {
	machines map[string]*account // by canonical host
	other    *account            // the default entry, for all other hosts; nil for none
}

// parseNetrc reads the language of Bazel's NetrcParser: words between white space,
// without quotes; # begins a comment only in the first column; a macro ends at an
// empty line; of several entries for a machine the last counts; what follows the
// default entry doesn't count. An error is about a line, and quotes nothing of it.
func parseNetrc(text string) (entries netrc, line int, err error) {
	entries.machines = make(map[string]*account)
	p := netrcParser{tokens: tokenize(text)}
	var current *account
	for {
		key, ok := p.nextWord()
		if !ok {
			return entries, 0, nil
		}
		switch key.text {
		case "machine", "macdef", "default":
			if entries.other != nil {
				return entries, 0, nil
			}
			current = nil
		case "login", "password", "account":
			if current == nil {
				return netrc{}, key.line, fmt.Errorf("%s comes before any machine", key.text)
			}
		default:
			return netrc{}, key.line, errors.New("expected machine, default, login, password, account or macdef," +
				" and values without spaces")
		}
		switch key.text {
		case "macdef":
			p.skipMacro()
			continue
		case "default":
			current = new(account)
			entries.other = current
			continue
		}
		value, ok := p.nextWord()
		if !ok {
			return netrc{}, key.line, fmt.Errorf("%s has no value", key.text)
		}
		switch key.text {
		case "machine":
			current = new(account)
			entries.machines[canonicalHost(value.text)] = current
		case "login":
			current.login = value.text
		case "password":
			current.password = value.text
		}
	}
}

// A netrcToken is a word, a comment or the end of a line.
type netrcToken struct {
	text string
	line int
}

// Texts of tokens that aren't words. No word can be equal to them.
const (
	lineEnd = "\n"
	comment = "# "
)

var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// tokenize splits a .netrc into words, comments and ends of lines.
func tokenize(text string) (tokens []netrcToken) {
	for i, line := range strings.Split(newlines.Replace(text), "\n") {
		words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\v\f", r) })
		if strings.HasPrefix(line, "#") {
			words = []string{comment}
		}
		for _, w := range append(words, lineEnd) {
			tokens = append(tokens, netrcToken{w, i + 1})
		}
	}
	return tokens
}

// A netrcParser holds the tokens that are yet to be read.
type netrcParser struct{ tokens []netrcToken }

func (p *netrcParser) nextToken() (t netrcToken, ok bool) {
	if len(p.tokens) == 0 {
		return t, false
	}
	t, p.tokens = p.tokens[0], p.tokens[1:]
	return t, true
}

// nextWord returns the next word on this line or a later one.
func (p *netrcParser) nextWord() (t netrcToken, ok bool) {
	for t, ok = p.nextToken(); ok && (t.text == lineEnd || t.text == comment); {
		t, ok = p.nextToken()
	}
	return t, ok
}

// skipMacro reads to the empty line that ends a macro.
func (p *netrcParser) skipMacro() {
	for ends := 0; ends < 2; {
		t, ok := p.nextToken()
		if !ok {
			return
		}
		if ends++; t.text != lineEnd {
			ends = 0
		}
	}
}
