package commandline

import "strings"

// definitions returns the macros among a compiler's arguments as a source would
// define them.
func definitions(args []string) []byte {
	var text strings.Builder
	for i, arg := range args {
		macro, ok := strings.CutPrefix(arg, "-D")
		if arg == "-D" && i+1 < len(args) {
			macro = args[i+1]
		} else if !ok || macro == "" {
			continue
		}
		text.WriteString("#define " + strings.Replace(macro, "=", " ", 1) + "\n")
	}
	return []byte(text.String())
}
