//go:build linux

package clang

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// The answers of a compiler are remembered, and it isn't run again.
func TestAnswersAreRemembered(t *testing.T) {
	o := options(t)
	want := mustResolve(t, clang, o)
	memos, err := filepath.Glob(filepath.Join(o.StateDir, "compiler-*.json"))
	if err != nil || len(memos) != 1 {
		t.Fatalf("memos: %q, %v", memos, err)
	}
	forget := func() {
		for _, memo := range resolved(t, o) {
			os.Remove(memo)
		}
	}
	forget()
	planted := `{"Version":"clang version 99.1","Frontend":"/usr/lib/llvm-22/bin/clang"}`
	write(t, memos[0], planted, 0o644)
	if got := mustResolve(t, clang, o); got.Name != "clang-99" || got.Identity == want.Identity {
		t.Errorf("the compiler ran again: %+v", got)
	}
	forget()
	write(t, memos[0], "damaged", 0o644)
	if got := mustResolve(t, clang, o); !reflect.DeepEqual(got, want) {
		t.Errorf("a damaged memo: %+v", got)
	}
}

// The compiler proper is found in what -### prints, also in a program that is many tools.
func TestFrontend(t *testing.T) {
	realPath := regularFile(clang)
	for out, want := range map[string]string{
		` (in-process)\n "` + realPath + `" "-cc1" "-triple" "x"\n`: realPath,
		`x\n "` + realPath + `" "clang" "-cc1" "-triple" "x"\n`:     realPath,
		` "` + realPath + `" "-cc1as" "-triple" "x"\n`:              "",
		` "/absent/clang" "-cc1"\n`:                                 "",
		` "` + realPath + `" "-x" "-cc1"\n`:                         "",
		`clang: error: no input files`:                              "",
	} {
		if got := frontendIn([]byte(strings.ReplaceAll(out, `\n`, "\n"))); got != want {
			t.Errorf("%s: %q, want %q", out, got, want)
		}
	}
}
