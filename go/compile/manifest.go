package compile

import (
	"errors"
	"slices"
	"strings"

	"thinrex/go/compile/searchpath"
)

// A manifest lists which files earlier compilations of one source, with the same
// arguments, read. The content of these files is in the direct key, so that one
// alternative serves all contents that include the same files.
type manifest []alternative

// An alternative is what one compilation read, and under which conditions.
type alternative struct {
	names      []string // the source first, as the compiler saw them
	conditions []string // see searchpath.Conditions
}

// maxAlternatives bounds a manifest. The least recently made is dropped.
const maxAlternatives = 8

// maxManifest bounds what a cache can have us look at before the compiler starts:
// eight times some ten thousand headers, with long names. It comes from a service
// that others write to.
const maxManifest = 16 << 20

const manifestHeader = "thinrex manifest 3"

var errManifest = errors.New("not a manifest")

// encode gives a line to each name and condition, and an empty one to the end
// of each alternative.
func (m manifest) encode() []byte {
	lines := []string{manifestHeader}
	for _, a := range m {
		for _, name := range a.names {
			lines = append(lines, "N"+name)
		}
		lines = append(lines, a.conditions...)
		lines = append(lines, "")
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

func decodeManifest(data []byte) (manifest, error) {
	body, ok := strings.CutPrefix(string(data), manifestHeader+"\n")
	if !ok || len(data) > maxManifest {
		return nil, errManifest
	}
	var m manifest
	var a alternative
	for body != "" {
		line, rest, ok := strings.Cut(body, "\n")
		if !ok {
			return nil, errManifest
		}
		switch body = rest; {
		case line == "" && len(a.names) > 0:
			m, a = append(m, a), alternative{}
		case len(line) > 1 && line[0] == 'N':
			a.names = append(a.names, line[1:])
		case searchpath.IsCondition(line):
			a.conditions = append(a.conditions, line)
		default:
			return nil, errManifest
		}
	}
	if len(a.names) > 0 || len(m) > maxAlternatives {
		return nil, errManifest
	}
	return m, nil
}

// with returns m with an alternative in front.
func (m manifest) with(a alternative) manifest {
	rest := slices.DeleteFunc(slices.Clone(m), a.equal)
	rest = append(manifest{a}, rest...)
	return rest[:min(len(rest), maxAlternatives)]
}

func (a alternative) equal(b alternative) bool {
	return slices.Equal(a.names, b.names) && slices.Equal(a.conditions, b.conditions)
}
