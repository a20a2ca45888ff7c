package linker_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"thinrex/go/link/linker"
)

// Only links to fixed addresses get -fno-pic, and only where the user hasn't chosen.
func TestFixedAddress(t *testing.T) {
	for _, test := range []struct {
		compiler, lld string
		want          bool
	}{
		{"--target=x86_64-pc-linux-gnu -O2", "-o app a.o", true},
		{"--target=x86_64-pc-linux-gnu -O2", "-static -o app a.o", true},
		{"--target=riscv64-unknown-elf", "-o app a.o", true},
		{"--target=armv7-linux-gnueabihf", "-o app a.o", true},
		{"--target=x86_64-pc-linux-gnu -fpic", "-pie -o app a.o", false},
		{"--target=x86_64-pc-linux-gnu -fpic", "-shared -o app a.o", false},
		{"--target=x86_64-pc-linux-gnu", "-r -o app.o a.o", false},
		{"--target=x86_64-pc-linux-gnu", "--relocatable -o app.o a.o", false},
		{"--target=x86_64-pc-linux-gnu", "-plugin-opt=-relocation-model=pic a.o", false},
		{"--target=x86_64-pc-linux-gnu", "-mllvm -relocation-model=pic a.o", false},
		{"--target=x86_64-pc-linux-gnu -fPIE", "a.o", false},
		{"--target=x86_64-pc-linux-gnu -fno-PIC", "a.o", false},
		{"--target=x86_64-pc-linux-gnu -Xclang -mrelocation-model -Xclang pic", "a.o", false},
		{"--target=x86_64-pc-windows-msvc19.33.0", "/out:app.exe a.obj", false},
		{"--target=x86_64-w64-windows-gnu", "-o app.exe a.o", false},
		{"--target=mips64el-linux-gnuabi64", "a.o", false},
		{"--target=amdgcn-amd-amdhsa", "a.o", false},
	} {
		lld := func() ([]string, error) { return strings.Fields(test.lld), nil }
		got := linker.FixedAddress(strings.Fields(test.compiler), lld)
		if test.want != slices.Equal(got, []string{"-fno-pic"}) || !test.want && got != nil {
			t.Errorf("%s, lld %s: %q", test.compiler, test.lld, got)
		}
	}
	unreadable := func() ([]string, error) { return nil, errors.New("unreadable") }
	if got := linker.FixedAddress([]string{"--target=x86_64-linux-gnu"}, unreadable); got != nil {
		t.Errorf("lld's command line can't be read: %q", got)
	}
}
