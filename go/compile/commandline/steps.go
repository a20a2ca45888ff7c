package commandline

import "slices"

// TwoSteps reports whether the front end and the optimiser can run one after the
// other, for the IR key. They can't if one of them might give another result then, or
// if options read or write files in both.
func (in *Invocation) TwoSteps() bool {
	return in.Diagnostics == "" && in.Trace == "" && in.Record.Path == "" && len(in.Read) == 0 && !in.whole &&
		!slices.Contains(in.Args, "--")
}

// AsmBlocks reports whether an option allows asm blocks in Microsoft's style,
// __asm { … }.
func (in *Invocation) AsmBlocks() bool {
	return slices.ContainsFunc(in.Args, func(arg string) bool {
		return arg == "-fasm-blocks" || arg == "-fms-extensions"
	})
}
