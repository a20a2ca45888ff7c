package linker

import "strings"

// A compiler is what clang is told about the code to generate.
type compiler struct {
	triple    string
	processor string          // "" if none is given
	llvm      map[string]bool // names of the options that LLVM is given
}

// readCompiler reads the arguments of the dist-file's common part: lld's, and
// behind them those of --thinlto-remote-compiler-arg=.
func readCompiler(args []string) compiler {
	c := compiler{llvm: map[string]bool{}}
	previous := "" // the option that this argument is a value of
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

// A linker is what lld is told about the code to generate.
type linker struct {
	processor string
	features  []string // +xnack, -sramecc
	llvm      []string // other options, each with its value
}

// readLinker reads lld's own arguments. Source: lld/ELF/Options.td, and
// llvm/lib/CodeGen/CommandFlags.cpp for the options that only lld has.
func readLinker(args []string) linker {
	var l linker
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
			l.option(value)
		case name == "plugin-opt" && strings.HasPrefix(value, "mcpu="):
			l.option("-" + value)
		}
	}
	return l
}

// option reads one option of LLVM.
func (l *linker) option(option string) {
	_, value, _ := strings.Cut(option, "=")
	switch optionName(option) {
	case "mcpu":
		l.processor = value
	case "mattr":
		l.features = append(l.features, strings.Split(value, ",")...)
	case "function-sections", "data-sections": // lld hands them on
	case "debugger-tune", "emulated-tls", "enable-tlsdesc", "relocation-model", "code-model": // clang has none of them
	default:
		l.llvm = append(l.llvm, option)
	}
}

// processorArgs makes compiler arguments of the processor, by the driver's
// option: from it, the driver concludes more (for MIPS, the floating-point
// ABI). Features go by it, too, but for those of a GPU.
func (l *linker) processorArgs(t target) []string {
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

// optionName is the name of an option of LLVM: -name, --name, -name=value.
func optionName(option string) string {
	name, _, _ := strings.Cut(strings.TrimLeft(option, "-"), "=")
	return name
}
