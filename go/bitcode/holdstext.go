package bitcode

import "bytes"

// Holds reports whether data, bitcode or anything else, may hold a text. In bitcode a
// character has 7 or 8 bits, or two groups of 6, and may begin at any bit.
//
// Source: "LLVM Bitcode File Format", abbreviations and primitives; LLVM's
// writer takes Char6 only for text without a dash or slash.
func Holds(data []byte, text string) bool {
	for _, width := range []int{8, 7, 2 * vbrGroup} {
		for offset := range 8 {
			if pattern := packed(text, width, offset); len(pattern) > 0 && bytes.Contains(data, pattern) {
				return true
			}
		}
	}
	return false
}

const vbrGroup = 6

// packed returns the bytes that consist of text's bits alone, if the first of these
// bits is at an offset within a byte.
func packed(text string, width, offset int) []byte {
	out := make([]byte, (offset+len(text)*width)/8+1)
	for i := range len(text) {
		char := uint(text[i])
		if width == 2*vbrGroup { // five bits and one that says that more follow
			char = char&0x1f | 0x20 | char>>5<<vbrGroup
		}
		for bit := range width {
			at := offset + i*width + bit
			out[at/8] |= byte(char>>bit&1) << (at % 8)
		}
	}
	first := min((offset+7)/8, len(out)-1)
	return out[first : len(out)-1]
}
