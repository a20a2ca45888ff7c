package commandline

import (
	"fmt"
	"slices"
	"strings"
)

// definitions takes the macros that an option of one word defines.
func (p *parser) definitions(arg string) {
	if macro, ok := strings.CutPrefix(arg, "-D"); ok {
		p.defines(macro)
	} else if strings.HasPrefix(arg, "-Wp,") {
		for _, passed := range passedMacros(arg) {
			p.definitions(passed)
		}
	}
}

func (p *parser) defines(macro string) {
	if strings.ContainsAny(macro, "\n\r") {
		p.err = fmt.Errorf("-D%q has several lines", macro)
	}
	p.macros.WriteString("#define " + strings.Replace(macro, "=", " ", 1) + "\n")
	if strings.HasSuffix(strings.TrimRight(macro, " \t\v\f\x00"), `\`) {
		p.macros.WriteByte('\n') // which it joins, instead of the next macro: clang lets it join none
	}
}

// passedMacros splits -Wp,-DX=1,-UY, which gives the preprocessor options. It
// returns nil if they aren't all of macros.
func passedMacros(arg string) []string {
	list, _ := strings.CutPrefix(arg, "-Wp,")
	options := strings.Split(list, ",")
	if slices.ContainsFunc(options, func(o string) bool {
		return len(o) <= len("-D") || !strings.HasPrefix(o, "-D") && !strings.HasPrefix(o, "-U")
	}) {
		return nil
	}
	return options
}
