package compile

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A pathRewriter makes absolute paths below base relative to the working
// directory, so that two checkouts give the compiler the same names. The zero
// one leaves all paths as they are.
type pathRewriter struct {
	base, dir string
	made      map[string]string // absolute paths by what they became
}

func newPathRewriter(base, dir string) pathRewriter {
	base = filepath.Clean(base)
	if !filepath.IsAbs(base) || !isBelow(base, dir) {
		return pathRewriter{}
	}
	return pathRewriter{base, dir, map[string]string{}}
}

// rewrite returns path or a relative one to the same file. In a folder that is
// reached through symbolic links there may be none.
func (r pathRewriter) rewrite(path string) string {
	if r.base == "" || !filepath.IsAbs(path) || !isBelow(r.base, path) {
		return path
	}
	rel, err := filepath.Rel(r.dir, path)
	if err != nil || !sameFile(path, rel) && !sameFile(filepath.Dir(path), filepath.Dir(rel)) {
		return path
	}
	r.made[rel] = path
	if dir := filepath.Dir(rel); r.made[dir] == "" && filepath.Base(rel) != ".." {
		r.made[dir] = filepath.Dir(path) // of a file, where it may find others
	}
	return rel
}

func isBelow(base, path string) bool {
	rest, ok := strings.CutPrefix(filepath.Clean(path), strings.TrimSuffix(base, "/"))
	return ok && (rest == "" || rest[0] == '/')
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// cutMap splits -ffile-prefix-map=OLD=NEW and the like.
func cutMap(arg string) (option, from, to string, ok bool) {
	option, value, _ := strings.Cut(arg, "=")
	from, to, ok = strings.Cut(value, "=")
	return option, from, to, ok && strings.HasPrefix(option, "-f") && strings.HasSuffix(option, "-prefix-map")
}

// canonical returns args for the key. With all names below base relative, a
// prefix map from there has only the working directory to map: see mapped.
func (r pathRewriter) canonical(args []string) []string {
	if r.base == "" {
		return args
	}
	args = slices.Clone(args)
	for i, arg := range args {
		option, from, to, ok := cutMap(arg)
		if !ok || !filepath.IsAbs(from) || !isBelow(r.base, from) {
			continue
		}
		if rel, err := filepath.Rel(r.dir, from); err == nil {
			args[i] = option + "=" + "thinrex base " + rel + "=" + to
			r.made[""] = from // for shareable
		}
	}
	return args
}

// mapped is what debug information calls dir: the last map that fits counts.
func (r pathRewriter) mapped(dir string, args []string) string {
	for _, arg := range slices.Backward(args) {
		option, from, to, ok := cutMap(arg)
		if rest, fits := strings.CutPrefix(dir, from); ok && fits && (option == "-ffile-prefix-map" || option == "-fdebug-prefix-map") {
			return to + rest
		}
	}
	return dir
}

// shareable fails for a file that names a path which a prefix map in canonical
// form would have to tell from others.
func (r pathRewriter) shareable(name string, s scan) error {
	if r.made[""] == "" {
		return nil
	}
	if s.line || filepath.IsAbs(name) && isBelow(r.base, name) {
		return fmt.Errorf("%s has an absolute path that a prefix map below --base_dir may map", name)
	}
	return nil
}

// escapeDep writes a path as clang writes it to a depfile.
var escapeDep = strings.NewReplacer(" ", `\ `, "#", `\#`, "$", "$$")

// restore gives the names in a depfile their absolute form again, if they had
// it on the command line.
func (r pathRewriter) restore(depfile []byte) []byte {
	made := slices.SortedFunc(maps.Keys(r.made), func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	made = slices.DeleteFunc(made, func(rel string) bool { return rel == "" || rel == "." })
	if len(made) == 0 {
		return depfile
	}
	var out strings.Builder
	for rest := string(depfile); rest != ""; {
		word := rest[:wordLen(rest)]
		rest = rest[len(word):]
		for _, rel := range made {
			if more, ok := strings.CutPrefix(word, escapeDep.Replace(rel)); ok && (more == "" || more[0] == '/' || more == ":") {
				word = escapeDep.Replace(r.made[rel]) + more
				break
			}
		}
		out.WriteString(word)
		space := len(rest) - len(strings.TrimLeft(rest, " \n"))
		out.WriteString(rest[:space])
		rest = rest[space:]
	}
	return []byte(out.String())
}

// wordLen is the length of s up to the first blank that no backslash escapes.
func wordLen(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] == '\n' || s[i] == ' ' && (i == 0 || s[i-1] != '\\') {
			return i
		}
	}
	return len(s)
}
