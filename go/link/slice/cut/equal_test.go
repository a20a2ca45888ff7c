package cut_test

import "testing"

// Objects don't change when imports are cut.
func TestEqualObjects(t *testing.T) {
	for _, c := range []struct{ cflags, ldflags string }{
		{"-O2", "-O2"},
		{"-O0 -Xclang -disable-O0-optnone", "-O2"},
		{"-O1 -g", "-O1"},
		{"-O2 -g -gdwarf-4 -fno-limit-debug-info", "-O2"},
		{"-O2 -g -fdebug-types-section -gsplit-dwarf -fsplit-dwarf-inlining", "-O2 -shared -fPIC"},
		{"-O3 -fPIC -ffunction-sections -fdata-sections -fno-plt", "-O3 -shared -fPIC"},
		{"-Os -fvisibility=hidden -fno-pie", "-Os -no-pie"},
		{"-O2 -fno-semantic-interposition -fPIC -fcommon", "-O2 -static-pie"},
		{"-O2 -fno-discard-value-names", "-O2"},
	} {
		for name, sources := range map[string]map[string]string{"C": cProgram, "C++": cxxProgram} {
			t.Run(name+" "+c.cflags, func(t *testing.T) {
				t.Parallel()
				if n := build(t, sources, c.cflags, elf+c.ldflags).checkEqual(); n < 2 {
					t.Errorf("%d imports", n)
				}
			})
		}
	}
}

// The same for other processors, and for Windows.
func TestEqualObjectsElsewhere(t *testing.T) {
	const coff = "lld-link-22 /dll /noentry /force /out:prog.dll /export:first /thinlto-distributor:./keep" +
		" /thinlto-remote-compiler:clang-22" +
		" /thinlto-remote-compiler-arg:-mno-incremental-linker-compatible" // no time in objects
	for target, linker := range map[string]string{
		"aarch64-linux-gnu":      elf + "-O2 -nostdlib -shared --target=aarch64-linux-gnu",
		"riscv64-linux-gnu":      elf + "-O2 -nostdlib -shared --target=riscv64-linux-gnu",
		"x86_64-pc-windows-msvc": coff,
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			p := build(t, freestanding, "-O2 -fno-exceptions --target="+target, linker)
			if n := p.checkEqual(); n < 2 {
				t.Errorf("%d imports", n)
			}
		})
	}
}
