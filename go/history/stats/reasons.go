package stats

import (
	"cmp"
	"slices"
	"strings"

	"thinrex/go/history"
)

// A Reason says why commands of thinrex cc were passed on to the compiler.
type Reason struct {
	Why      string `json:"why"`
	Commands int    `json:"commands"`
}

// mostReasons bounds Totals.NotCached.
const mostReasons = 20

// reasonOf returns the reason in a record. The names of the command's own files are left
// out, so that the same reason for many files is one.
func reasonOf(c history.Compilation) string {
	words := strings.Fields(c.Why)
	for i, word := range words {
		name := strings.TrimRight(word, ",:;")
		if name != "" && (name == c.Source || name == c.Output) {
			words[i] = "FILE" + word[len(name):]
		}
	}
	return strings.Join(words, " ")
}

func mostFrequent(reasons map[string]int) []Reason {
	list := []Reason{}
	for why, n := range reasons {
		list = append(list, Reason{why, n})
	}
	slices.SortFunc(list, func(a, b Reason) int {
		return cmp.Or(b.Commands-a.Commands, strings.Compare(a.Why, b.Why))
	})
	return list[:min(len(list), mostReasons)]
}
