package linker_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"thinrex/go/link/linker"
)

// The options that lld has and the compiler lacks are added, and nothing else.
func TestMissing(t *testing.T) {
	amd := []string{"-c", "--target=amdgcn-amd-amdhsa", "-O2"}
	gfx90a := []string{"-mcpu=gfx90a"}
	for name, test := range map[string]struct {
		compiler, lld, want []string
	}{
		"nothing to add": {amd, []string{"-shared", "a.o", "-o", "x"}, nil},
		"processor":      {amd, []string{"-plugin-opt=mcpu=gfx90a", "a.o"}, gfx90a},
		"spellings": {
			amd,
			[]string{
				"--plugin-opt=mcpu=gfx1", "-plugin-opt", "mcpu=gfx90a", "-mllvm=-a=1",
				"--mllvm", "-b", "--plugin-opt", "--c",
			},
			slices.Concat(gfx90a, []string{"-mllvm", "-a=1", "-mllvm", "-b", "-mllvm", "--c"}),
		},
		"processor as an option of LLVM": {amd, []string{"-mllvm", "-mcpu=gfx90a"}, gfx90a},
		"features": {
			amd,
			[]string{"-plugin-opt=-mattr=+xnack,-sramecc", "-plugin-opt=mcpu=gfx90a"},
			slices.Concat(gfx90a, []string{
				"-Xclang", "-target-feature", "-Xclang", "+xnack",
				"-Xclang", "-target-feature", "-Xclang", "-sramecc",
			}),
		},
		"no options of LLVM": {
			amd,
			[]string{"-plugin-opt=O3", "-plugin-opt=thinlto", "-plugin-opt=mcpu=gfx90a", "-o", "mllvm"},
			gfx90a,
		},
		"known to lld only": {amd, []string{"-plugin-opt=-function-sections=1", "-plugin-opt=-debugger-tune=gdb"}, nil},
		"all is given": {
			append(slices.Clip(amd), "-mcpu=gfx90a:xnack+", "-mllvm", "-a=2"),
			[]string{"-plugin-opt=mcpu=gfx90a", "-plugin-opt=-mattr=+xnack", "-plugin-opt=-a=1"},
			nil,
		},
		"the processor is given": {
			append(slices.Clip(amd), "-Xclang", "-target-cpu", "-Xclang", "gfx90a", "-mllvm=-a"),
			[]string{"-plugin-opt=mcpu=gfx90a", "-plugin-opt=-a", "-plugin-opt=-b"},
			[]string{"-mllvm", "-b"},
		},
		"LLVM's options are given": {
			append(slices.Clip(amd), "-mllvm", "-a"),
			[]string{"-plugin-opt=mcpu=gfx90a", "-plugin-opt=-a"},
			gfx90a,
		},
		"the last target counts": {
			append(slices.Clip(amd), "-target", "x86_64-linux-gnu"), []string{"-plugin-opt=mcpu=gfx90a"}, nil,
		},
		"R600": {[]string{"--target=r600"}, []string{"-plugin-opt=mcpu=gfx90a"}, gfx90a},
		"NVPTX": {
			[]string{"--target=nvptx64-nvidia-cuda"},
			[]string{"-plugin-opt=mcpu=sm_70"},
			[]string{"-march=sm_70"},
		},
		"MIPS": {
			[]string{"--target=mips64el-linux-gnuabi64"},
			[]string{"-plugin-opt=mcpu=mips64r6", "-mllvm", "-a"},
			[]string{"-march=mips64r6"},
		},
		"MIPS, given": {
			[]string{"--target=mips64el-linux-gnuabi64", "-march=mips64r2"},
			[]string{"-plugin-opt=mcpu=mips64r6"},
			nil,
		},
		"ARM": {
			[]string{"--target=armv7a-linux-gnueabihf"},
			[]string{"-plugin-opt=mcpu=cortex-a9"},
			[]string{"-mcpu=cortex-a9"},
		},
		"Thumb": {
			[]string{"--target=thumbv7em-none-eabi"},
			[]string{"-plugin-opt=mcpu=cortex-m4"},
			[]string{"-mcpu=cortex-m4"},
		},
		"Hexagon": {
			[]string{"--target=hexagon-unknown-elf"},
			[]string{"-plugin-opt=mcpu=hexagonv79"},
			[]string{"-mcpu=hexagonv79"},
		},
		"AVR": {
			[]string{"--target=avr"},
			[]string{"-plugin-opt=mcpu=atmega328p"},
			[]string{"-mmcu=atmega328p"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, err := linker.Missing(test.compiler, func() ([]string, error) { return test.lld, nil })
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

// Other targets need nothing, and lld's command line isn't read.
func TestMissingElsewhere(t *testing.T) {
	for _, target := range []string{
		"x86_64-pc-linux-gnu",
		"aarch64-linux-gnu",
		"arm64-linux-gnu",
		"x86_64-pc-windows-msvc",
	} {
		got, _, err := linker.Missing([]string{"--target=" + target}, func() ([]string, error) {
			t.Errorf("%s: lld is looked at", target)
			return []string{"-plugin-opt=mcpu=x"}, nil
		})
		if len(got) > 0 || err != nil {
			t.Errorf("%s: %q, %v", target, got, err)
		}
	}
}

// For RISC-V, lld's command line doesn't matter.
func TestMissingRISCV(t *testing.T) {
	never := func() ([]string, error) {
		t.Error("lld is looked at")
		return nil, nil
	}
	for _, target := range []string{"riscv64-linux-gnu", "riscv32-unknown-elf"} {
		got, warning, err := linker.Missing([]string{"--target=" + target}, never)
		if !slices.Contains(got, "-c") || !slices.Contains(got, "-zca") || warning != "" || err != nil {
			t.Errorf("%s: %q, %q, %v", target, got, warning, err)
		}
		got, warning, err = linker.Missing([]string{"--target=" + target, "-march=rv64g"}, never)
		if len(got) > 0 || warning != "" || err != nil {
			t.Errorf("%s, given: %q, %q, %v", target, got, warning, err)
		}
	}
}

// Where lld's command line can't be read, a message says what to give. It is an error
// if the image would be useless, and there is none if the processor is given.
func TestMissingUnknown(t *testing.T) {
	why := errors.New("no reason")
	unreadable := func() ([]string, error) { return nil, why }
	for target, want := range map[string]struct {
		fails bool
		say   string
	}{
		"amdgcn-amd-amdhsa":      {true, "--thinlto-remote-compiler-arg=-mcpu=PROCESSOR"},
		"amdgcn-amd-amdhsa-llvm": {true, "-amdgpu-internalize-symbols"},
		"amdgpu9.0a-amd-amdhsa":  {true, "--thinlto-remote-compiler-arg=-mcpu=PROCESSOR"},
		"nvptx64-nvidia-cuda":    {true, "--thinlto-remote-compiler-arg=-march=PROCESSOR"},
		"spirv64-amd-amdhsa":     {true, "--thinlto-remote-compiler-arg=-mcpu=PROCESSOR"},
		"avr":                    {false, "--thinlto-remote-compiler-arg=-mmcu=PROCESSOR"},
		"mipsisa64r6el-linux":    {false, "--thinlto-remote-compiler-arg=-march=PROCESSOR"},
		"thumbv7em-none-eabihf":  {false, "--thinlto-remote-compiler-arg=-mcpu=PROCESSOR"},
	} {
		args := []string{"--target=" + target}
		_, warning, err := linker.Missing(args, unreadable)
		if want.fails != errors.Is(err, why) {
			t.Errorf("%s: %v", target, err)
		}
		if err != nil {
			warning = err.Error()
		}
		for _, part := range []string{want.say, target, why.Error()} {
			if !strings.Contains(warning, part) {
				t.Errorf("%s: %q, want %s", target, warning, part)
			}
		}
		for _, given := range [][]string{
			{"-mcpu=x"},
			{"-march=x"},
			{"-mmcu=x"},
			{"-Xclang", "-target-cpu", "-Xclang", "x"},
		} {
			got, warning, err := linker.Missing(append(slices.Clip(args), given...), unreadable)
			if len(got) > 0 || warning != "" || err != nil {
				t.Errorf("%s %q: %q, %q, %v", target, given, got, warning, err)
			}
		}
	}
}

// Giving the compiler another processor than lld's is an error: the image would be
// wrong.
func TestMissingContradiction(t *testing.T) {
	_, _, err := linker.Missing([]string{
		"--target=amdgcn-amd-amdhsa",
		"-mcpu=gfx90a:xnack+",
	}, func() ([]string, error) {
		return []string{"-plugin-opt=mcpu=gfx1030"}, nil
	})
	if err == nil || !strings.Contains(err.Error(), "gfx1030") || !strings.Contains(err.Error(), "gfx90a") {
		t.Error(err)
	}
}
