package clang

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/klauspost/cpuid/v2"
)

// LLVM computes calls of sin, exp and the like with the math library of the machine
// on which it runs. glibc has several versions of each function, whose results differ
// in the last bit, and chooses one by the processor. So the class of the processor is
// part of a compiler's identity. There is one class for each choice of glibc: nearly
// all x86 processors since 2013 are in the same one.

// mathClass returns the name of the versions that glibc's libm chooses on this
// processor. It is never remembered: a state folder may be shared by machines, and a
// virtual machine may move.
//
// Source: sysdeps/x86_64/fpu/multiarch/ifunc-avx-fma4.h, ifunc-fma.h and
// ifunc-fma4.h in glibc 2.36 to 2.42. AArch64 has one version of each.
func mathClass() string {
	switch runtime.GOARCH {
	case "amd64", "386":
		return x86Class(&cpuid.CPU)
	case "arm64":
		return ""
	}
	return kernelCapabilities("/proc/self/auxv")
}

func x86Class(c *cpuid.CPUInfo) string {
	switch {
	case c.Supports(cpuid.FMA3, cpuid.AVX2):
		return "fma"
	case c.Supports(cpuid.FMA4):
		return "fma4"
	case c.Supports(cpuid.AVX):
		return "avx"
	}
	return "sse2"
}

// kernelCapabilities returns what the kernel tells a program's loader about the
// processor. It is the class on architectures for which nobody has looked up how
// glibc chooses.
func kernelCapabilities(auxv string) string {
	const hwcap, hwcap2 = 16, 26 // AT_HWCAP and AT_HWCAP2 in elf.h
	data, err := os.ReadFile(auxv)
	if err != nil {
		return ""
	}
	var list []string
	for ; len(data) >= 16; data = data[16:] {
		if tag := binary.NativeEndian.Uint64(data); tag == hwcap || tag == hwcap2 {
			list = append(list, fmt.Sprintf("%x", binary.NativeEndian.Uint64(data[8:])))
		}
	}
	return strings.Join(list, " ")
}

// processorLevel returns the n of x86-64-vn, by which glibc chooses folders of
// libraries; 0 on other architectures.
func processorLevel() int {
	if runtime.GOARCH == "amd64" {
		return cpuid.CPU.X64Level()
	}
	return 0
}

// ProcessorVariables returns what in an environment makes glibc treat a processor as
// if it were another one, as sorted entries of an environment.
func ProcessorVariables(env []string) (list []string) {
	for _, kv := range env {
		switch name, value, _ := strings.Cut(kv, "="); name {
		case "GLIBC_TUNABLES":
			all := strings.Split(value, ":") // the last of equal names counts: they keep their order
			notOfProcessor := func(tunable string) bool { return !strings.HasPrefix(tunable, "glibc.cpu.") }
			if all = slices.DeleteFunc(all, notOfProcessor); len(all) > 0 {
				list = append(list, name+"="+strings.Join(all, ":"))
			}
		case "LD_HWCAP_MASK":
			list = append(list, kv)
		}
	}
	slices.Sort(list)
	return list
}
