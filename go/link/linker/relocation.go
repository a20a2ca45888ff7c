package linker

import (
	"slices"
	"strings"
)

// fixedArchs are the architectures, by the beginnings of their names in a triple, for
// which FixedAddress was compared with lld's own code.
var fixedArchs = []string{
	"x86_64", "i386", "i486", "i586", "i686", "aarch64", "arm", "thumb", "riscv", "s390x", "loongarch64",
}

// FixedAddress returns the argument with which the compiler makes code for a program
// that is loaded at a fixed address (linked without -pie and -shared, or with -static),
// if args are those of such a link. In process, lld makes such code; to a distributor
// it only says when code must be position-independent (-fpic), which clang for Linux
// does by default. With ld -r, lld follows each module instead, so nothing is added
// then, nor if lld's command line can't be read.
func FixedAddress(args []string, commandLine func() ([]string, error)) []string {
	triple := readCompiler(args).triple
	hasArch := func(arch string) bool { return strings.HasPrefix(triple, arch) }
	if !slices.ContainsFunc(fixedArchs, hasArch) || isCOFF(triple) || slices.ContainsFunc(args, choosesPIC) {
		return nil
	}
	line, err := commandLine()
	if err != nil || slices.ContainsFunc(line, isRelocatable) {
		return nil
	}
	return []string{"-fno-pic"}
}

// isCOFF reports whether lld-link makes the program, which is never told to make
// position-independent code.
func isCOFF(triple string) bool {
	return slices.ContainsFunc([]string{"windows", "cygwin", "mingw", "uefi"}, func(system string) bool {
		return strings.Contains(triple, system)
	})
}

// choosesPIC reports whether an argument of the compiler decides between code for fixed
// addresses and position-independent code. The user may have given it by
// --thinlto-remote-compiler-arg=.
func choosesPIC(arg string) bool {
	option := strings.ToLower(strings.Replace(arg, "-fno-", "-f", 1))
	return option == "-fpic" || option == "-fpie" || option == "-mrelocation-model" || option == "-static" ||
		option == "-static-pie"
}

// isRelocatable reports whether an argument of lld makes it link to an object, or names
// the relocation model by an option of LLVM.
func isRelocatable(arg string) bool {
	return arg == "-r" || arg == "-relocatable" || arg == "--relocatable" || strings.Contains(arg, "relocation-model")
}
