package cppscan

import (
	"bytes"
	"strings"
	"testing"
)

// find finds what bytes.Index finds, also at the ends and where a word overlaps
// with itself.
func TestFind(t *testing.T) {
	texts := []string{"", "_", "__TIME__", "x__TIME__", "__TIME_", "TIME__", "__TIM__TIME__", "has_has_", "hhas_", "M",
		"dependenc dependency", "%", "%:%:", "??=??/"}
	for _, text := range append(texts, strings.Join(texts, ""), strings.Join(texts, "\n")) {
		for _, word := range []string{"__TIME__", "has_", "dependency", "%:", "??/", "#", "q", "_"} {
			if got, want := indexWord([]byte(text), word), bytes.Index([]byte(text), []byte(word)); got != want {
				t.Errorf("%q in %q: %d, want %d", word, text, got, want)
			}
		}
	}
}
