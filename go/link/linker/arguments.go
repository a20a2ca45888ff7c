package linker

import "strings"

// compilerArgs is what the compiler's arguments say about the code to generate.
type compilerArgs struct {
	triple    string
	processor string          // "" if none is given
	llvm      map[string]bool // names of the options that are passed to LLVM
}

// readCompiler reads the arguments of the dist-file's common part: lld's, and
// behind them those of --thinlto-remote-compiler-arg=.
func readCompiler(args []string) compilerArgs {
	c := compilerArgs{llvm: map[string]bool{}}
	previous := "" // the argument before, whose value this one may be
	for _, arg := range args {
		if arg == "-Xclang" {
			continue
		}
		option, value, joined := strings.Cut(arg, "=")
		switch {
		case previous == "-target-cpu":
			c.processor = arg
		case previous == "-mllvm":
			c.llvm[optionName(arg)] = true
		case previous == "-target" || previous == "--target":
			c.triple = arg
		case joined && option == "-mllvm":
			c.llvm[optionName(value)] = true
		case joined && option == "--target":
			c.triple = value
		case joined && (option == "-mcpu" || option == "-march" || option == "-mmcu"):
			c.processor = value
		}
		previous = arg
	}
	return c
}

// linkerArgs is what lld's arguments say about the code to generate.
type linkerArgs struct {
	processor string
	features  []string // +xnack, -sramecc
	llvm      []string // other options, each with its value
}

// readLinker reads lld's own arguments. Source: lld/ELF/Options.td, and
// llvm/lib/CodeGen/CommandFlags.cpp for the options that only lld has.
func readLinker(args []string) linkerArgs {
	var l linkerArgs
	for i := 0; i < len(args); i++ {
		name, value, joined := strings.Cut(strings.TrimPrefix(args[i], "-"), "=")
		name = strings.TrimPrefix(name, "-")
		if !strings.HasPrefix(args[i], "-") || name != "plugin-opt" && name != "mllvm" {
			continue
		}
		if !joined {
			if i++; i == len(args) {
				break
			}
			value = args[i]
		}
		switch {
		case strings.HasPrefix(value, "-"):
			l.readLLVM(value)
		case name == "plugin-opt" && strings.HasPrefix(value, "mcpu="):
			l.readLLVM("-" + value)
		}
	}
	return l
}

// readLLVM reads one option of LLVM.
func (l *linkerArgs) readLLVM(option string) {
	_, value, _ := strings.Cut(option, "=")
	switch optionName(option) {
	case "mcpu":
		l.processor = value
	case "mattr":
		l.features = append(l.features, strings.Split(value, ",")...)
	case "function-sections", "data-sections": // the dist-file has them
	case "debugger-tune", "emulated-tls", "enable-tlsdesc", "relocation-model", "code-model": // only lld has them
	default:
		l.llvm = append(l.llvm, option)
	}
}

// processorArgs returns the compiler's arguments for the processor. They are the
// driver's, which derives more from them (for MIPS, the floating-point ABI), such as
// the features. For a GPU, lld's features are passed as well.
func (l *linkerArgs) processorArgs(t target) []string {
	var args []string
	if l.processor != "" {
		args = append(args, t.processor+"="+l.processor)
	}
	if !t.gpu {
		return args
	}
	for _, feature := range l.features {
		args = append(args, "-Xclang", "-target-feature", "-Xclang", feature)
	}
	return args
}

// optionName returns the name of an option of LLVM: -name, --name or -name=value.
func optionName(option string) string {
	name, _, _ := strings.Cut(strings.TrimLeft(option, "-"), "=")
	return name
}
