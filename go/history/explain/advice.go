package explain

import "strings"

// advice says what to do about reasons for which something isn't cached or stored, by a part
// of the reason's text. Reasons that say it themselves aren't in the table. docs/compile.md and
// docs/keys.md say more.
var advice = []struct{ part, what string }{
	// Sources.
	{"__TIME__", fixedValue("__TIME__")},
	{"__DATE__", fixedValue("__DATE__")},
	{"__TIMESTAMP__", fixedValue("__TIMESTAMP__")},
	{"__has_include", "write #if __has_include(<name>), with the name as it is"},
	{"GCC dependency", "remove the pragma: what it warns of depends on the times of files"},
	{"asm block", "compile this file without -flto"},
	{"assembl", "compile this file without -flto, or name the file by a plain string"},
	{"the compiler failed for", "mend what the compiler says"},
	{"differs between processes", "read a file instead of /dev/stdin or /proc"},

	// Options.
	{"instead of native", "such as -march=x86-64-v3"},
	{"may bring in other programs, plugins or arguments", "leave the option out where you can"},
	{"writes files that thinrex doesn't keep", "leave the option out, or give it to a build of its own"},
	{"doesn't know what", "leave the option out; if clang documents it, please report that it is missing"},
	{"what it reads depends on more than", "give fewer -I, or let each #include name its file"},
	{"-gsplit-dwarf is given in two forms", "give -gsplit-dwarf once"},
	{"both -MD and -MMD", "give one of them"},
	{"has several lines", "give the macro a value of one line"},

	// Commands.
	{"several sources", "compile one source in each command"},
	{"standard input", "compile a file"},
	{"not a ThinLTO compilation", "add -flto=thin if it is to be one; thinrex cc caches nothing else"},
	{"isn't a clang itself", "name the compiler itself: thinrex cc -- /usr/bin/clang++-22"},

	// What happens meanwhile.
	{"changed", "build again; if it happens each time, find out what writes the file during the build"},
	{"is too new", "build again: it was written just before it was read"},
	{"was replaced while it ran", "build again"},
	{"to look through", "nothing: thinrex gives up before it takes much longer than the compiler"},
}

func fixedValue(macro string) string {
	return "give it a fixed value: -D" + macro + `='"redacted"' -Wno-builtin-macro-redefined`
}

// Advice returns what to do about a reason for which something isn't cached or stored; "" if
// there is nothing to add to it.
func Advice(why string) string {
	for _, row := range advice {
		if strings.Contains(why, row.part) {
			return row.what
		}
	}
	return ""
}
