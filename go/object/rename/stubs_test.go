package rename_test

import (
	"testing"

	"thinrex/go/internal/quick"
)

// catcher catches exceptions of types that have one name in two modules.
const catcher = `
struct E__0 { virtual ~E__0(); };
struct E__1 { virtual ~E__1(); };
struct E { virtual ~E(); };
void risky(int);
int caught(int x) {
	try { risky(x); } catch (const E__1 &) { return 1; } catch (const E__0 &) { return 2; } catch (const E &) {}
	return 0;
}
`

// Pointers to types of exceptions are in the order of the types' names, so an object
// is refused if that order changes.
func TestCaughtTypes(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	t.Parallel()
	for target, hasStubs := range map[string]bool{
		"x86_64-linux-gnu": true, "i386-linux-gnu": true, "aarch64-linux-gnu": true, "riscv64-linux-gnu": true,
		"powerpc64le-linux-gnu": true, "powerpc-linux-gnu": true, "s390x-linux-gnu": true, "sparcv9-linux-gnu": true,
		"loongarch64-linux-gnu": true, "mips64el-linux-gnu": true, "mips-linux-gnu": true,
		"armv7-linux-gnueabihf": false, "x86_64-w64-windows-gnu": false, "aarch64-w64-windows-gnu": false,
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			args := []string{"--target=" + target, "-fPIC", "-fdata-sections", "-fexceptions"}
			p := programOf(t, "a.cc", catcher, args...)
			same, other := []string{"13", "2"}, []string{"2", "13"}
			checkReplaced(t, p, same, args...)
			if hasStubs {
				checkRefused(t, p, other, "in the order of names", args...)
			} else {
				checkReplaced(t, p, other, args...)
			}
		})
	}
}
