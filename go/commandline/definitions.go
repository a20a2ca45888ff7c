package commandline

import (
	"slices"
	"strings"
)

// definitions returns the macros among a compiler's arguments as a source would
// define them.
func definitions(args []string) []byte {
	var text strings.Builder
	define := func(macro string) { text.WriteString("#define " + strings.Replace(macro, "=", " ", 1) + "\n") }
	for i, arg := range args {
		macro, ok := strings.CutPrefix(arg, "-D")
		switch {
		case arg == "-D" && i+1 < len(args):
			define(args[i+1])
		case ok && macro != "":
			define(macro)
		case strings.HasPrefix(arg, "-Wp,"):
			for _, passed := range passedMacros(arg) {
				if macro, ok := strings.CutPrefix(passed, "-D"); ok {
					define(macro)
				}
			}
		}
	}
	return []byte(text.String())
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
