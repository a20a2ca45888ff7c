// Package linker adds to a link's compiler arguments what a backend needs and lld
// leaves out of the dist-file: for some targets, the processor and LLVM's options.
// It finds them on the command line of the lld that started thinrex.
//
// In process, lld compiles for the processor of -plugin-opt=mcpu=, with the
// LLVM options of -plugin-opt=- and -mllvm. It passes neither to a distributor
// (LLVM 22 to 24). Most targets don't need them, because each function of a
// module holds its own processor and features.
package linker

import (
	"fmt"
	"slices"
	"strings"
)

// A target is an architecture, by the beginning of its name in a triple, whose
// objects depend on more than the module.
type target struct {
	arch      string
	processor string // the driver's option for the processor; "" if none is needed
	gpu       bool   // a GPU: its backends also need LLVM's options
}

var targets = []target{
	// Without a processor, there is none in the ELF header, and no device loads
	// the image. clang's driver has a device link import all functions and keep
	// the copies (-force-import-all, -avail-extern-to-local): without the latter
	// in the backend, a kernel reserves no stack for what it calls.
	{"amdgcn", "-mcpu", true},
	{"amdgpu", "-mcpu", true}, // as LLVM 24 says: amdgpu9.0a
	{"r600", "-mcpu", true},
	{"nvptx", "-march", true},
	{"spirv", "-mcpu", true},
	// The flags in the ELF header or the object's attributes follow the
	// processor.
	{"arm", "-mcpu", false},
	{"avr", "-mmcu", false},
	{"hexagon", "-mcpu", false},
	{"mips", "-march", false},
	{"thumb", "-mcpu", false},
	// Compressed instructions: see uncompressed.
	{"riscv", "", false},
}

// uncompressed turns off the extensions that clang's driver adds for RISC-V by
// default. lld compiles for a processor without any extension; what a module was
// compiled for is in its functions and in its flags. With the driver's default, an
// object for processors without compressed instructions (rv64g) claims in its header
// that it has some, and has other padding between functions.
var uncompressed = []string{
	"-Xclang", "-target-feature", "-Xclang", "-c",
	"-Xclang", "-target-feature", "-Xclang", "-zca",
	"-Xclang", "-target-feature", "-Xclang", "-zcd",
	"-Xclang", "-target-feature", "-Xclang", "-zcf",
}

// Missing returns the arguments that the compiler needs in addition to args, so that
// it compiles as lld does in process. commandLine returns lld's command line; it is
// called only for targets that need it. Missing fails when the image would be useless.
// A warning says what may be wrong with the image, and what to do.
func Missing(args []string, commandLine func() ([]string, error)) (missing []string, warning string, err error) {
	has := readCompiler(args)
	kind, found := targetOf(has.triple)
	switch {
	case !found || kind.processor == "" && has.processor != "":
		return nil, "", nil
	case kind.processor == "":
		return uncompressed, "", nil
	}
	line, err := commandLine()
	switch {
	case err != nil && has.processor != "":
		return nil, "", nil // whoever gives the processor also gives the rest: docs/gpu.md
	case err != nil && kind.gpu:
		return nil, "", kind.noProcessor(has.triple, err)
	case err != nil:
		return nil, kind.defaultProcessor(has.triple, err), nil
	}
	given := readLinker(line)
	switch {
	case has.processor == "":
		missing = given.processorArgs(kind)
	case kind.gpu && given.processor != "" && !sameProcessor(has.processor, given.processor):
		return nil, "", fmt.Errorf("lld links for the processor %s, but --thinlto-remote-compiler-arg="+
			" makes the compiler compile for %s; without that argument, thinrex takes the processor of each link",
			given.processor, has.processor)
	}
	if kind.gpu {
		for _, option := range given.llvm {
			if !has.llvm[optionName(option)] { // LLVM refuses most options the second time
				missing = append(missing, "-mllvm", option)
			}
		}
	}
	return missing, "", nil
}

func targetOf(triple string) (target, bool) {
	i := slices.IndexFunc(targets, func(t target) bool { return strings.HasPrefix(triple, t.arch) })
	if i < 0 || strings.HasPrefix(triple, "arm64") {
		return target{}, false
	}
	return targets[i], true
}

// sameProcessor compares processors without the features that may follow:
// gfx90a:xnack+.
func sameProcessor(x, y string) bool {
	x, _, _ = strings.Cut(x, ":")
	y, _, _ = strings.Cut(y, ":")
	return x == y
}

// noProcessor is the error for a target that has no default processor.
func (t target) noProcessor(triple string, why error) error {
	const give = " -Xoffload-linker --thinlto-remote-compiler-arg="
	return fmt.Errorf("lld doesn't tell the compiler the processor and LLVM's options of a link for %s, without which "+
		"the image is wrong, and lld's command line can't be read (%w); give both:%s%s=PROCESSOR%s-mllvm%sOPTION "+
		"(for HIP -amdgpu-internalize-symbols and more: docs/gpu.md)", triple, why, give, t.processor, give, give)
}

// defaultProcessor is the warning for a target whose default processor may be right.
func (t target) defaultProcessor(triple string, why error) string {
	return fmt.Sprintf("lld doesn't tell the compiler the processor of a link for %s, so that the objects' headers"+
		" name clang's default one: lld's command line can't be read (%v);"+
		" give it: -Wl,--thinlto-remote-compiler-arg=%s=PROCESSOR", triple, why, t.processor)
}
