package canon

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"thinrex/go/action"
)

// nameOf returns the canonical name of a known file, or "". Extra inputs are
// known by any spelling of their path.
func (r *argumentReader) nameOf(path string) string {
	if name := r.names[path]; name != "" || len(r.extra) == 0 {
		return name
	}
	return r.extra[absolute(path)]
}

func absolute(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return abs
}

// placeUnnamed puts the extra inputs that no argument names where the compiler will
// look for them: at their own relative path. Those with an absolute path are found
// where they are.
func (r *argumentReader) placeUnnamed(extra, args []string) error {
	for _, path := range extra {
		name := r.names[path]
		named := func(arg string) bool { return strings.HasSuffix(arg, name) }
		if filepath.IsAbs(path) || slices.ContainsFunc(args, named) {
			continue
		}
		own := filepath.ToSlash(filepath.Clean(path))
		if !filepath.IsLocal(path) || reserved().MatchString(own) {
			return uncacheable("", "--extra_input=%s has no place beside the job's own files"+
				" (give its absolute path)", path)
		}
		i := slices.IndexFunc(r.inputs, func(in action.Input) bool { return in.Name == name })
		r.inputs[i].Name = own
	}
	return nil
}

// reserved matches the canonical names.
var reserved = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(m\..*|i\d{5}\.o|o\d{5}|c/\d{5}|toolchain/.*)$`)
})
