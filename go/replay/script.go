package replay

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"al.essio.dev/pkg/shellescape"

	"thinrex/go/action"
)

// script runs the action on copies of its inputs, and compares what it writes with the
// cached result. Its exit code is 0 only if all is equal.
func (r *Recipe) script(cached *action.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#!/bin/sh\n# Runs the action %v again, in the folder %s, and compares.\n", r.Key, workFolder)
	fmt.Fprintf(&b, "# Its compiler, by thinrex's identity: %s\n", printableSalt(r.Salt))
	if r.BringsCompiler() {
		b.WriteString("# The compiler is one of the inputs.\n")
	} else {
		b.WriteString("# COMPILER=/path/to/clang sh " + scriptName + " runs another one.\n")
	}
	fmt.Fprintf(&b, "cd \"$(dirname \"$0\")\" || exit 2\nrm -rf %s && cp -R %s %[1]s && cd %[1]s || exit 2\n",
		workFolder, inputsFolder)
	program := r.Args[0]
	if r.BringsCompiler() {
		program = "./" + path.Clean(program)
	}
	fmt.Fprintf(&b, "compiler=${COMPILER:-%s}\n", shellescape.Quote(program))
	fmt.Fprintf(&b, "env -i%s \"$compiler\" \\\n  %s\n", r.environment(), shellescape.QuoteCommand(r.Args[1:]))
	b.WriteString("status=$?\n" +
		"if [ $status -ne 0 ]; then echo \"the compiler failed: exit status $status\" >&2; exit 2; fi\n")
	if cached == nil {
		b.WriteString("echo \"there is no cached result to compare with\"\n")
		return b.String()
	}
	b.WriteString("differs=0\nfor file in")
	for _, out := range cached.Outputs {
		b.WriteString(" " + shellescape.Quote(out.Name))
	}
	fmt.Fprintf(&b, "; do\n"+
		"  if cmp \"$file\" \"../%s/$file\"; then echo \"$file: equal to the cached one\"; else differs=1; fi\n"+
		"done\nexit $differs\n", cachedFolder)
	return b.String()
}

// environment is what env puts before the compiler.
func (r *Recipe) environment() string {
	var words []string
	for _, v := range r.Env {
		words = append(words, shellescape.Quote(v.Name+"="+v.Value))
	}
	slices.Sort(words)
	if len(words) == 0 {
		return ""
	}
	return " " + strings.Join(words, " ")
}

// printableSalt keeps what a service sends from ending a comment.
func printableSalt(salt string) string {
	return string(action.Printable([]byte(strings.ReplaceAll(salt, "\n", " "))))
}
