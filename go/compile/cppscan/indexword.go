package cppscan

import (
	"bytes"
	"strings"
)

// byFrequency holds the characters of C and C++ headers, the most frequent ones
// first, up to those that hardly slow down a search.
const byFrequency = " e_tnriaosl\ncdpu/*mfh()g;,b-=v<>.y:0x1w\"A&#kTE"

// indexWord is bytes.Index for a word in a source, made for the many megabytes of headers
// that a compilation reads. bytes.Index looks for a word's first character, and __TIME__
// and the like begin with the most frequent ones; indexWord looks for the rarest.
func indexWord(text []byte, word string) int {
	rarest, rank := 0, -1
	for i := range len(word) {
		at := strings.IndexByte(byFrequency, word[i])
		if at < 0 {
			rarest = i
			break
		}
		if at > rank {
			rarest, rank = i, at
		}
	}
	for at := rarest; at < len(text); at++ {
		i := bytes.IndexByte(text[at:], word[rarest])
		if i < 0 {
			return -1
		}
		at += i
		if start := at - rarest; string(text[start:min(len(text), start+len(word))]) == word {
			return start
		}
	}
	return -1
}
