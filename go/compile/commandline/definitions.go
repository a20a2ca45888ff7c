package commandline

import (
	"fmt"
	"slices"
	"strings"
)

// define adds the macro of a -D to those of the command.
func (p *parser) define(macro string) {
	if strings.ContainsAny(macro, "\n\r") {
		p.err = fmt.Errorf("-D%q has several lines", macro)
	}
	p.macros.WriteString("#define " + strings.Replace(macro, "=", " ", 1) + "\n")
	if strings.HasSuffix(strings.TrimRight(macro, " \t\v\f\x00"), `\`) {
		p.macros.WriteByte('\n') // which it joins, instead of the next macro: clang lets it join none
	}
}

// passedMacros defines the macros of -Wp,-DX=1,-UY, by which the driver passes
// options to the preprocessor. It reports false if not all of these are -D or -U.
func (p *parser) passedMacros(arg string) bool {
	list, _ := strings.CutPrefix(arg, "-Wp,")
	passed := strings.Split(list, ",")
	if slices.ContainsFunc(passed, func(o string) bool {
		return len(o) <= len("-D") || !strings.HasPrefix(o, "-D") && !strings.HasPrefix(o, "-U")
	}) {
		return false
	}
	for _, o := range passed {
		if macro, ok := strings.CutPrefix(o, "-D"); ok {
			p.define(macro)
		}
	}
	return true
}
