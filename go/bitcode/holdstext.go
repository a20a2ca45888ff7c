package bitcode

import (
	"bytes"
	"strings"
)

// Holds reports whether data, bitcode or anything else, may hold a text. In bitcode a
// character has 6, 7 or 8 bits, or two groups of 6, and may begin at any bit.
//
// Source: "LLVM Bitcode File Format", abbreviations and primitives.
func Holds(data []byte, text string) bool {
	for _, width := range []int{8, 7, 2 * vbrGroup, char6Bits} {
		for offset := range 8 {
			if pattern := packed(text, width, offset); len(pattern) > 0 && bytes.Contains(data, pattern) {
				return true
			}
		}
	}
	return false
}

const (
	vbrGroup  = 6 // bits
	char6Bits = 6 // LLVM takes them only for text that consists of char6Alphabet
)

// packed returns the bytes that consist of text's bits alone, if the first of these
// bits is at an offset within a byte; nil if no text is written in this way.
func packed(text string, width, offset int) []byte {
	out := make([]byte, (offset+len(text)*width)/8+1)
	for i := range len(text) {
		char := uint(text[i])
		switch width {
		case 2 * vbrGroup: // five bits and one that says that more follow
			char = char&0x1f | 0x20 | char>>5<<vbrGroup
		case char6Bits:
			at := strings.IndexByte(char6Alphabet, text[i])
			if at < 0 {
				return nil
			}
			char = uint(at)
		}
		for bit := range width {
			at := offset + i*width + bit
			out[at/8] |= byte(char>>bit&1) << (at % 8)
		}
	}
	first := min((offset+7)/8, len(out)-1)
	return out[first : len(out)-1]
}
