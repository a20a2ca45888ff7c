package backend

import (
	"cmp"
	"slices"

	"thinrex/go/clang"
)

// flags are the arguments of a command without its files. Those that lld gives, or package
// link/linker for lld, have places of their own, because links have them in one order.
type flags struct {
	target        string
	level         string // -O2
	addrSig       string // each of these is "" unless the option is given
	functions     string
	data          string
	interchange   string // lld gives it from LLVM 23 on
	position      string // -fpic or -fno-pic
	sampleProfile string
	more          []string // all others, in their order

	unconfigured bool // --no-default-config
	// strict commands may fail because of an argument that has no effect, for example if they
	// turn warnings into errors. Then all arguments stay as they were given: they are in more.
	strict bool
}

// arguments returns a job's arguments, in lld's order if that is possible.
//
// Source: buildCommonRemoteCompilerOptions in llvm/lib/LTO/LTO.cpp, LLVM 22.
func (f flags) arguments(defaults clang.Defaults) []string {
	args := []string{"-c"}
	if f.strict {
		return append(args, f.more...)
	}
	target := f.target
	if target == "" && len(f.more) == 0 { // nothing else decides on the target or on defaults
		target = defaults.Target
		if defaults.AddrSig {
			f.addrSig = cmp.Or(f.addrSig, "-faddrsig")
		}
		if defaults.PIC {
			f.position = cmp.Or(f.position, "-fpic")
		}
	}
	if target != "" {
		args = append(args, "--target="+target)
	}
	position, last := f.position, []string(nil)
	if position == "-fno-pic" { // lld doesn't give this one: see linker.FixedAddress
		position, last = "", []string{position}
	}
	for _, arg := range []string{
		f.level, f.addrSig, f.functions, f.data, f.interchange, position, f.sampleProfile,
		"-Wno-unused-command-line-argument",
	} {
		if arg != "" {
			args = append(args, arg)
		}
	}
	return slices.Concat(args, f.more, last)
}
