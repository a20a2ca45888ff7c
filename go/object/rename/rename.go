// Package rename puts the hashes of modules into the symbol names of an object that
// was compiled with placeholders for them.
//
// ThinLTO calls a local that another module may refer to NAME.llvm.HASH, where HASH
// is the decimal number of the defining module's hash. A sliced action gives the
// compiler a placeholder for each such number, because its key must not change
// whenever an imported module does. Its objects hold the placeholders; Replace makes
// of them the objects that LLVM writes for the real numbers, byte for byte.
//
// The same holds for the numbers of string literals, which clang counts: one that another
// module may refer to is called .str.NUMBER.llvm.HASH, and both have a placeholder.
//
// It knows the layout of LLVM's writers, and changes nothing that it can't check: the
// object's own string table must be the one that LLVM writes for its names, and a
// placeholder must be found in names alone. For all else it returns an error, and the
// job is compiled with whole modules.
//
// What no object shows, the caller must know. With a profile, LLVM's choice of calls to
// promote depends on names (findings/pgo-promotes-calls-by-module-hash.sh), so modules
// with a profile get no placeholders. Modules with one hash get one placeholder, because
// LLVM takes their locals of one name for the same symbol.
package rename

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Mentions reports whether data holds bytes that all placeholders begin with. Names
// in compressed data are not found.
func Mentions(data []byte, names map[string]string) bool {
	n, err := newNumbers(names)
	return err != nil || len(names) > 0 && n.find(data) >= 0
}

// Replace returns the object that LLVM writes where each placeholder in obj, a key
// of names, is the number that names has for it. All are decimal, and all
// placeholders have the same length. A literal's key is ".NUMBER.llvm.HASH" with both its
// placeholders. It returns obj itself if no name has one.
//
// The error says why that object can't be had.
func Replace(obj []byte, names map[string]string) ([]byte, error) {
	if len(names) == 0 {
		return obj, nil
	}
	n, err := newNumbers(names)
	if err != nil {
		return nil, err
	}
	renamed, err := n.replace(obj)
	if err != nil {
		return nil, err
	}
	if n.find(renamed) >= 0 {
		return nil, errors.New("a placeholder would be left in the object")
	}
	return renamed, nil
}

func (n *numbers) replace(obj []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(obj, []byte("\x7fELF")):
		return n.replaceELF(obj)
	case isCOFF(obj):
		return n.replaceCOFF(obj)
	}
	return nil, errors.New("names can be replaced in ELF and COFF objects only")
}

// numbers are the numbers of a link's modules.
type numbers struct {
	prefix   []byte            // what all placeholders begin with
	size     int               // of each placeholder
	real     map[string]string // by placeholder
	literals map[string]string // endings of their names, by those with placeholders
}

// ofHash stands before the number of a module's hash.
const ofHash = ".llvm."

func newNumbers(names map[string]string) (*numbers, error) {
	n := &numbers{real: map[string]string{}, literals: map[string]string{}}
	for placeholder, real := range names {
		if number, hash, found := strings.Cut(placeholder, ofHash); found {
			if err := n.addPlaceholder(strings.TrimPrefix(number, "."), hash); err != nil {
				return nil, err
			}
			n.literals[placeholder] = real
			continue
		}
		if err := n.addPlaceholder(placeholder, real); err != nil {
			return nil, err
		}
		n.real[placeholder] = real
	}
	if len(names) > 0 && len(n.prefix) == 0 {
		return nil, errors.New("placeholders have no common beginning")
	}
	return n, nil
}

// addPlaceholder takes note of how a placeholder begins.
func (n *numbers) addPlaceholder(placeholder, real string) error {
	if !isNumber(placeholder) || !isNumber(real) {
		return fmt.Errorf("placeholder %q or %q isn't a decimal number", placeholder, real)
	}
	if n.prefix == nil {
		n.prefix, n.size = []byte(placeholder), len(placeholder)
	}
	if len(placeholder) != n.size {
		return fmt.Errorf("placeholder %s isn't as long as others", placeholder)
	}
	for !strings.HasPrefix(placeholder, string(n.prefix)) {
		n.prefix = n.prefix[:len(n.prefix)-1]
	}
	return nil
}

func isNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// find returns the place of the first placeholder in data, or a negative number.
func (n *numbers) find(data []byte) int { return bytes.Index(data, n.prefix) }

// rename returns a symbol's or a section's name with real numbers.
func (n *numbers) rename(name string) (string, error) {
	var renamed strings.Builder
	for rest := name; ; {
		before, _, found := strings.Cut(rest, string(n.prefix))
		if !found {
			renamed.WriteString(before)
			return renamed.String(), nil
		}
		at, real, ok := n.placeholderIn(rest, len(before))
		if ok {
			renamed.WriteString(rest[:at.begin])
			renamed.WriteString(real)
			rest = rest[at.end:]
		}
		// LLVM appends to a name with a dot. A digit beside the number would make it
		// another number.
		if !ok || rest != "" && isNumber(rest[:1]) {
			return "", fmt.Errorf("%s has a placeholder that isn't a module's hash or a literal's number", name)
		}
	}
}

// A span is a part of a text.
type span struct{ begin, end int }

// placeholderIn returns which part of name a placeholder stands for whose number begins
// at a place, and what is to stand there.
func (n *numbers) placeholderIn(name string, at int) (span, string, bool) {
	if strings.HasSuffix(name[:at], ofHash) {
		is := span{at, min(at+n.size, len(name))}
		real, ok := n.real[name[is.begin:is.end]]
		return is, real, ok
	}
	if at == 0 {
		return span{}, "", false
	}
	is := span{at - 1, min(at+2*n.size+len(ofHash), len(name))}
	real, ok := n.literals[name[is.begin:is.end]]
	return is, real, ok
}
