//go:build unix

package main

import (
	"strings"
	"testing"

	"thinrex/go/internal/reapitest"
	"thinrex/go/report"
)

// A compiler that runs only in the user's environment compiles uncached. One
// warning names the --action_env with which the jobs are cached.
func TestCompilerNeedsEnvironment(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	// A clang whose library only LD_LIBRARY_PATH leads to.
	const ownLibrary = `
real=$(readlink -f "$(command -v clang-22)")
mkdir -p tc/bin tc/lib libs
lib=$(ldd "$real" | awk '/libclang-cpp/ {print $3; exit}')
sed 's/libclang-cpp\.so/libclang-cpq.so/g' "$real" >tc/bin/clang-22
chmod +x tc/bin/clang-22
ln -s "$(dirname "$real")/../lib/clang" tc/lib/clang
ln -s "$lib" "libs/$(basename "$lib" | sed s/cpp/cpq/)"
ln -s tc/bin/clang-22 cc
`
	const byName = "mkdir bin; ln -s $(command -v clang-22) bin/mycc\n" +
		"printf '#!/bin/sh\\nexec mycc \"$@\"\\n' >cc; chmod +x cc\n"
	const variable = "printf '#!/bin/sh\\nexec \"$MYCC\" \"$@\"\\n' >cc; chmod +x cc\n"
	for name, tc := range map[string]struct{ prepare, env, needs, passes string }{
		"a library":                 {ownLibrary, "LD_LIBRARY_PATH=$DIR/libs", "LD_LIBRARY_PATH", "LD_LIBRARY_PATH"},
		"a program":                 {byName, "PATH=$DIR/bin:/usr/bin:/bin", "PATH", "PATH"},
		"a variable":                {variable, "MYCC=/usr/bin/clang-22", "MYCC", "MYCC"},
		"a value on the command":    {variable, "MYCC=/usr/bin/clang-22", "MYCC", "MYCC=/usr/bin/clang-22"},
		"a program behind a worker": {byName, "PATH=$DIR/bin:/usr/bin:/bin", "PATH", "PATH"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := w.site(t)
			s.run(tc.prepare)
			s.env = append(s.env, strings.ReplaceAll(tc.env, "$DIR", s.dir), "LINK=-Wl,--thinlto-remote-compiler="+s.path("cc"))
			if strings.HasSuffix(name, "worker") {
				server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
				s.with("REMOTE_EXECUTOR=grpc://"+server.Addr(), "TOOLCHAIN=upload")
			}
			got, printed := s.link()
			wantSummary(t, got, report.Summary{Local: every, Uncached: every})
			wantPrinted(t, printed, tc.needs+", and compilers get a fixed environment; --action_env="+tc.needs+" passes it on")
			if strings.HasSuffix(name, "worker") {
				return // which can't be sent a script
			}
			s.with("ACTION_ENV=" + tc.passes)
			got, printed = s.link()
			wantSummary(t, got, report.Summary{Local: every})
			wantPrinted(t, printed, "")
			got, printed = s.link()
			wantSummary(t, got, report.Summary{Hits: every})
			wantPrinted(t, printed, "")
		})
	}
}

// Jobs aren't cached if a launcher starts another compiler in the user's
// environment than in the fixed one.
func TestOtherCompilerByPath(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.run("mkdir bin lib && cp -L $(command -v clang-22) bin/clang-22 && ln -s $(command -v ld.lld-22) bin/ld.lld\n" +
		"ln -s $(dirname $(readlink -f $(command -v clang-22)))/../lib/clang lib/clang\n" +
		"printf '#!/bin/sh\\nexec clang-22 \"$@\"\\n' >cc; chmod +x cc")
	s.env = append(s.env, "PATH="+s.path("bin")+":/usr/bin:/bin", "LINK=-Wl,--thinlto-remote-compiler="+s.path("cc"))
	got, printed := s.link()
	wantSummary(t, got, report.Summary{Local: every, Uncached: every})
	wantPrinted(t, printed, "--action_env=PATH")
}
