package compile

import (
	"thinrex/go/action"
	"thinrex/go/compile/commandline"
)

// The canonical names of outputs: those in keys and in private folders.
const (
	objectName   = "m.o"
	depName      = "m.d"
	thinLinkName = "m.thinlink.bc"
	diaName      = "m.dia"
	traceName    = "m.json"
	recordName   = "m.opt"
	moduleName   = "m.bc" // unoptimised IR
)

// outputs lists the outputs that an invocation asks for, the object first.
func outputs(in *commandline.Invocation) []action.Output {
	list := []action.Output{{Name: objectName, Path: in.Object}}
	for _, more := range []action.Output{
		{Name: depName, Path: in.Depfile}, {Name: thinLinkName, Path: in.ThinLink},
		{Name: diaName, Path: in.Diagnostics}, {Name: traceName, Path: in.Trace},
		{Name: recordName, Path: in.Record.Path},
	} {
		if more.Path != "" {
			list = append(list, more)
		}
	}
	return list
}

// A namer returns where the compiler is to write the output of a canonical name.
type namer func(name string) string

// canonically leaves names as they are.
func canonically(name string) string { return name }

// outputArgs asks the compiler for all outputs.
func outputArgs(in *commandline.Invocation, path namer) []string {
	args := append(objectArgs(in, path), in.SideArgs(path(depName))...)
	if in.Diagnostics != "" {
		args = append(args, "--serialize-diagnostics", path(diaName))
	}
	if in.Trace != "" {
		args = append(args, "-ftime-trace="+path(traceName))
	}
	return append(args, in.Record.Args(path(recordName))...)
}

// objectArgs asks for the outputs that are made from IR.
func objectArgs(in *commandline.Invocation, path namer) []string {
	args := []string{"-o", path(objectName)}
	if in.ThinLink != "" {
		args = append(args, "-Xclang", "-fthin-link-bitcode="+path(thinLinkName))
	}
	return args
}
