package cut

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"thinrex/go/link/slice"
)

// valuesIn returns the values of a module that LLVM has printed, in its order. The digest of
// a value covers the attributes that it refers to; metadata and values without a name are
// left out, because their numbers change with everything before them.
func valuesIn(text string) []slice.Value {
	var values []slice.Value
	attributes := attributesIn(text)
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		if strings.HasPrefix(line, "define ") { // up to a line with nothing but a brace
			if end := strings.Index(text, "\n}"); end >= 0 {
				line, rest = text[:end], text[end+len("\n}"):]
			}
		}
		text = rest
		if v, ok := valueOf(line); ok {
			v.Digest = digestOf(line, attributes)
			values = append(values, v)
		}
	}
	return values
}

// valueOf reads a definition or a declaration: all of a function, else a line.
func valueOf(text string) (v slice.Value, ok bool) {
	switch {
	case strings.HasPrefix(text, "define "):
		v.Kind = slice.Function
		if _, body, _ := strings.Cut(text, "\n"); isStub(body) {
			v.Kind = slice.Declaration
		}
	case strings.HasPrefix(text, "declare "):
		v.Kind = slice.Declaration
	case strings.HasPrefix(text, "@"):
		v.Kind = slice.Variable // or an alias
	case strings.HasPrefix(text, "%"):
		v.Kind = slice.Type
		v.Name = nameAt(text[1:])
		return v, v.Name != ""
	default:
		return v, false
	}
	v.Name = nameAt(text[startOfName(text):])
	return v, v.Name != ""
}

// isStub reports whether a function's body is what Cut gives to functions that aren't kept.
func isStub(body string) bool {
	return strings.TrimSpace(strings.TrimPrefix(body, "0:\n")) == "unreachable"
}

// startOfName returns where the first global name begins, behind its @. Types before it may
// have an @ in quotes.
func startOfName(text string) int {
	quoted := false
	for i := range len(text) {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case text[i] == '@' && !quoted:
			return i + 1
		}
	}
	return len(text)
}

// nameAt reads a name, which is quoted if it has other characters than most.
func nameAt(text string) string {
	if quoted, ok := strings.CutPrefix(text, `"`); ok {
		name, _, _ := strings.Cut(quoted, `"`)
		return unescape(name)
	}
	end := strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune(plainCharacters, r) })
	if end < 0 {
		end = len(text)
	}
	if text[:end] == "" || text[0] >= '0' && text[0] <= '9' { // a number in place of a name
		return ""
	}
	return text[:end]
}

const plainCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-$._"

var escaped = regexp.MustCompile(`\\[0-9A-Fa-f]{2}`)

// unescape reads LLVM's \XX.
func unescape(name string) string {
	return escaped.ReplaceAllStringFunc(name, func(code string) string {
		char, err := hex.DecodeString(code[1:])
		if err != nil {
			return code
		}
		return string(char)
	})
}

// attributesIn returns the groups of attributes that functions and calls refer to: #0.
func attributesIn(text string) map[string]string {
	groups := map[string]string{}
	for _, group := range attributeGroup.FindAllStringSubmatch(text, -1) {
		groups[group[1]] = group[2]
	}
	return groups
}

var (
	attributeGroup = regexp.MustCompile(`(?m)^attributes (#\d+) = (.*)$`)
	numbered       = regexp.MustCompile(`[#!@]\d+\b`)
)

// digestOf makes the digest of a value's text.
func digestOf(text string, attributes map[string]string) string {
	plain := numbered.ReplaceAllStringFunc(text, func(number string) string {
		if number[0] == '#' {
			return attributes[number]
		}
		return number[:1]
	})
	sum := sha256.Sum256([]byte(plain))
	return hex.EncodeToString(sum[:16])
}
