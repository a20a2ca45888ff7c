package main

import (
	"regexp"
	"strings"
	"testing"
)

// On a terminal, a link of some seconds shows how far it is, erases that, and ends with
// one line.
func TestProgressOnTerminal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.write("cc", "#!/bin/sh\ncase \"$*\" in *-###*|*--version*) ;; *) sleep 1;; esac\nexec clang-22 \"$@\"\n")
	link := "exec clang-22 -O2 -flto=thin -fuse-ld=lld -fthinlto-distributor=$THINREX " +
		"-Wl,--thinlto-remote-compiler=$DIR/cc f?.o main.o -o prog"
	const erase = `\r\x1b\[K`
	progress := erase + `\[\d/5\] 0 hits( · \d local)? · \d+:\d\d`
	for name, tc := range map[string]struct{ env, want string }{
		"a line":  {"TERM=xterm", `^(` + progress + `)+` + erase + `thinrex: 5 jobs: 0 hits, 5 local, .*s\n$`},
		"no line": {"TERM=dumb", `^$`},
		"off":     {"THINREX_PROGRESS=off", `^$`},
	} {
		s.run("rm -rf cache")
		env := append(s.env, "TERM=xterm", "THINREX_JOBS=5", tc.env)
		printed := onTerminal(t, s.dir, env, "sh", "-c", link)
		if !regexp.MustCompile(tc.want).MatchString(strings.ReplaceAll(printed, "\r\n", "\n")) {
			t.Errorf("%s: %q", name, printed)
		}
	}
	s.nothingLeft()
}
