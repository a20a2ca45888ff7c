package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"thinrex/go/option"
)

// maxWord is longer than any name. To compare words takes time by the product of their
// lengths.
const maxWord = 100

// Nearest returns the name that a mistyped word probably stands for; "" if no name is
// near.
func Nearest(word string, names []string) string {
	if word == "" || len(word) > maxWord || len(names) == 0 {
		return ""
	}
	distance := func(name string) int { return levenshtein.ComputeDistance(word, name) }
	nearest := slices.MinFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(distance(a), distance(b)), strings.Compare(a, b))
	})
	if most := min(len(word)/3+1, 2); distance(nearest) > most {
		return ""
	}
	return nearest
}

// didYouMean ends a message about a name that isn't known.
func didYouMean(nearest string) string {
	if nearest == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", nearest)
}

// UnknownVariables returns a sentence for each variable that Unknown finds. They aren't
// errors, unlike unknown flags and keys: the variable may be meant for another version, or
// for another program.
func (f *Flags) UnknownVariables(environment []string) (sentences []string) {
	for _, name := range f.Unknown(environment) {
		near := Nearest(strings.ToLower(strings.TrimPrefix(name, option.Variable(""))), f.names())
		if near != "" {
			near = option.Variable(near)
		}
		sentences = append(sentences, fmt.Sprintf("the variable %s sets no option%s (thinrex --help lists them)",
			name, didYouMean(near)))
	}
	return sentences
}

// unknownKey is the error for a key of a configuration file that names no option.
func (f *Flags) unknownKey(key string) error {
	names := slices.DeleteFunc(f.names(), func(name string) bool { return name == configName })
	near := Nearest(string(f.Normalize(nil, key)), names)
	return fmt.Errorf("unknown option %q%s (thinrex --help lists them)", key, didYouMean(near))
}

// names lists the names of all options.
func (f *Flags) names() (names []string) {
	for _, row := range f.rows {
		names = append(names, row.Names()...)
	}
	return names
}
