package rename_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"thinrex/go/internal/quick"
)

// Random programs whose names are often the end or the beginning of one another.
func TestRandomPrograms(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	t.Parallel()
	const programs = 40
	targets := []string{
		"x86_64-linux-gnu", "i386-linux-gnu", "powerpc64-linux-gnu", "aarch64-linux-gnu", "x86_64-pc-windows-msvc",
		"i686-w64-windows-gnu",
	}
	for seed := range uint64(programs) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := randomProgram{Rand: rand.New(rand.NewPCG(seed, 12)), taken: map[string]bool{}}
			args := []string{"--target=" + targets[r.IntN(len(targets))]}
			if r.IntN(2) == 0 {
				args = append(args, "-ffunction-sections", "-fdata-sections")
			}
			hashes := r.hashes()
			checkReplaced(t, program{"a.ll", r.module(5 + r.IntN(200)), t.TempDir()}, hashes, args...)
		})
	}
}

type randomProgram struct {
	*rand.Rand
	taken map[string]bool // names
}

// hashes returns different decimal numbers of 2 to 20 digits.
func (r *randomProgram) hashes() []string {
	var hashes []string
	for i := range 5 {
		digits := fmt.Sprintf("%d%019d", i+1, r.Uint64N(1e19))
		hashes = append(hashes, digits[:2+r.IntN(19)])
	}
	return hashes
}

// name returns a new name. Most have a hash, and some LLVM's suffix behind it.
func (r *randomProgram) name() string {
	for {
		var name strings.Builder
		for range 1 + r.IntN(6) {
			name.WriteByte("ab"[r.IntN(2)])
		}
		if r.IntN(4) > 0 {
			fmt.Fprintf(&name, ".llvm.<%d>", r.IntN(5))
		}
		if r.IntN(5) == 0 {
			fmt.Fprintf(&name, "%s.%d", []string{"", ".cold", ".llvm"}[r.IntN(3)], r.IntN(3))
		}
		if made := name.String(); !r.taken[made] {
			r.taken[made] = true
			return made
		}
	}
}

// module returns IR with as many functions and variables, and one function that uses
// them all.
func (r *randomProgram) module(size int) string {
	var module, uses strings.Builder
	for range size {
		name := r.name()
		switch r.IntN(7) {
		case 0:
			fmt.Fprintf(&module, "declare void @\"%s\"()\n", name)
		case 1:
			fmt.Fprintf(&module, "define internal void @\"%s\"() noinline { ret void }\n", name)
		case 2:
			fmt.Fprintf(&module, "@\"%s\" = external hidden global i32\n", name)
		case 3:
			fmt.Fprintf(&module, "@\"%s\" = internal global i32 %d\n", name, r.IntN(2))
		case 4:
			fmt.Fprintf(&module, "@\"%s\" = internal constant [2 x i32] [i32 %d, i32 7]\n", name, r.IntN(2))
		case 5:
			fmt.Fprintf(&module, "@\"%s\" = internal thread_local global i32 %d\n", name, r.IntN(2))
		case 6:
			fmt.Fprintf(&module, "$\"%s\" = comdat any\ndefine linkonce_odr void @\"%s\"() comdat { ret void }\n", name, name)
		}
		fmt.Fprintf(&uses, "  call void @use(ptr @\"%s\")\n", name)
	}
	return module.String() + "declare void @use(ptr)\ndefine void @root() {\n" + uses.String() + "  ret void\n}\n"
}
