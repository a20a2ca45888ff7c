package searchpath

import (
	"slices"
	"strings"
	"testing"
)

// What the driver says is compared without what differs between folders and
// machines though the object doesn't, and with all else.
func TestDriverLines(t *testing.T) {
	const said = `Debian clang version 22.1.8 (1~deb12u1)
Target: aarch64-unknown-linux-gnu
Thread model: posix
InstalledDir: BIN
Found candidate GCC installation: GDIR
Selected GCC installation: GDIR
Candidate multilib: .;@m64
Selected multilib: .;@m64
Found CUDA installation: /usr/local/cuda, version 12.1
clang-22: warning: argument unused during compilation: '-s' [-Wunused-command-line-argument]
 (in-process)
 "BIN/clang-22" "-cc1" "-triple" "aarch64" "-target-feature" "FEATURE" ` +
		`"-fdebug-compilation-dir=DIR" "-fcoverage-compilation-dir=DIR" ` +
		`"-resource-dir" "RES" "-internal-isystem" "RES/include" "-fmacro-prefix-map=DIR=/src" ` +
		`"-o" "null.o" "-x" "c" "/dev/null"
`
	fill := func(values ...string) string {
		return strings.Join(driverLines(strings.NewReplacer(values...).Replace(said)), "\n")
	}
	plain := fill("DIR", "/a", "BIN", "/usr/bin", "RES", "/usr/lib/clang/22", "GDIR", "/usr/lib/gcc/aarch64-linux-gnu/12")
	same := fill("DIR", "/b c", "BIN", "/opt/llvm/bin", "RES", "/opt/llvm/lib/clang/22", "GDIR",
		"/gcc/lib/gcc/aarch64-linux-gnu/13")
	if plain != same {
		t.Errorf("%q\n%q", plain, same)
	}
	if other := fill("DIR", "/a", "BIN", "/usr/bin", "RES", "/usr/lib/clang/22", "FEATURE",
		"+outline-atomics"); other == plain {
		t.Error("another feature gives the same")
	}
	if other := fill("unused", "used"); other == plain {
		t.Error("another warning gives the same")
	}
	const want = "clang-22: warning: argument unused during compilation: '-s' [-Wunused-command-line-argument]"
	if !strings.HasPrefix(plain, want) {
		t.Errorf("%q", plain)
	}
}

// Where configuration files are looked for isn't only beside the compiler.
func TestConfigured(t *testing.T) {
	said := "clang version 22.1.8\nSystem configuration file directory: /etc/clang\nUser configuration file " +
		"directory: /home/me/.config/clang\nTarget: x\n"
	want := []string{"/usr/bin", "/etc/clang", "/home/me/.config/clang"}
	if got := configurationFolders(said, "/usr/bin/clang"); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
