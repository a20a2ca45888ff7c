package assembly

import (
	"bytes"
	"strings"
)

// maxDialects bounds the dialects of an asm statement. LLVM's targets have at most two.
const maxDialects = 8

// lastDialect returns the number, counted from 0, of the last dialect in a template,
// as in $(add$|addl$).
func lastDialect(template string) int {
	last, current := 0, 0
	eachMark(template, func(_ int, mark byte) {
		switch mark {
		case '(':
			current = 0
		case '|':
			current++
			last = max(last, current)
		}
	})
	return last
}

// chooseDialect returns a template with one dialect only.
//
// Source: EmitInlineAsmStr in llvm/lib/CodeGen/AsmPrinter/AsmPrinterInlineAsm.cpp.
func chooseDialect(template string, dialect int) string {
	if !strings.Contains(template, "$(") {
		return template
	}
	const outside = -1
	var out strings.Builder
	current, from := outside, 0
	keep := func(to int) {
		if current == outside || current == dialect {
			out.WriteString(template[from:to])
		}
		from = min(to+2, len(template))
	}
	eachMark(template, func(at int, mark byte) {
		switch mark {
		case '(':
			keep(at)
			current = 0
		case '|':
			if current != outside {
				keep(at)
				current++
			}
		case ')':
			if current != outside {
				keep(at)
				current = outside
			}
		}
	})
	keep(len(template))
	return out.String()
}

// eachMark calls visit for each of $( $| $) in a template.
func eachMark(template string, visit func(at int, mark byte)) {
	for i := 0; i+1 < len(template); i++ {
		if template[i] != '$' {
			continue
		}
		switch mark := template[i+1]; mark {
		case '(', '|', ')':
			visit(i, mark)
		}
		i++
	}
}

// containsFold reports whether data has a word, in upper or lower case.
func containsFold(data []byte, word string) bool {
	for {
		i := bytes.IndexByte(data, word[0])
		if i < 0 || len(data)-i < len(word) {
			return false
		}
		if bytes.EqualFold(data[i:i+len(word)], []byte(word)) {
			return true
		}
		data = data[i+1:]
	}
}
