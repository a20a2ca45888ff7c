package commandline

import (
	"slices"
)

// TwoSteps reports whether it is known that the front end and the optimiser can
// run one after the other. What options write or read in both keeps a
// compilation whole.
func (in *Invocation) TwoSteps() bool {
	return in.Diagnostics == "" && in.Trace == "" && len(in.Read) == 0 && !in.whole && !slices.Contains(in.Args, "--")
}

// AsmBlocks reports whether an option may allow asm blocks in the style of
// Microsoft, __asm { … }.
func (in *Invocation) AsmBlocks() bool {
	return slices.ContainsFunc(in.Args, func(arg string) bool {
		return arg == "-fasm-blocks" || arg == "-fms-extensions"
	})
}
