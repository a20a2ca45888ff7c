package compile

import (
	"thinrex/go/action"
	"thinrex/go/compile/commandline"
)

// The canonical names of outputs.
const (
	objectName   = "m.o"
	depName      = "m.d"
	thinLinkName = "m.thinlink.bc"
	diaName      = "m.dia"
	traceName    = "m.json"
	moduleName   = "m.bc" // unoptimised IR
)

// outputs lists what in asks for, the object first.
func outputs(in *commandline.Invocation) []action.Output {
	list := []action.Output{{Name: objectName, Path: in.Object}}
	for _, more := range []action.Output{
		{Name: depName, Path: in.Depfile}, {Name: thinLinkName, Path: in.ThinLink},
		{Name: diaName, Path: in.Diagnostics}, {Name: traceName, Path: in.Trace},
	} {
		if more.Path != "" {
			list = append(list, more)
		}
	}
	return list
}

// A namer says where the compiler is to write an output.
type namer func(name string) string

// canonically leaves names as they are.
func canonically(name string) string { return name }

// outputArgs asks the compiler for all outputs.
func outputArgs(in *commandline.Invocation, file namer) []string {
	args := append(objectArgs(in, file), in.SideArgs(file(depName))...)
	if in.Diagnostics != "" {
		args = append(args, "--serialize-diagnostics", file(diaName))
	}
	if in.Trace != "" {
		args = append(args, "-ftime-trace="+file(traceName))
	}
	return args
}

// objectArgs asks for what is made of IR.
func objectArgs(in *commandline.Invocation, file namer) []string {
	args := []string{"-o", file(objectName)}
	if in.ThinLink != "" {
		args = append(args, "-Xclang", "-fthin-link-bitcode="+file(thinLinkName))
	}
	return args
}
