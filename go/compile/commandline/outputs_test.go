package commandline_test

import (
	"slices"
	"strings"
	"testing"

	"thinrex/go/compile/commandline"
)

// SideArgs asks for the depfile, and tells the name of the split DWARF.
func TestSideArgs(t *testing.T) {
	for line, want := range map[string]string{
		"":                                  "",
		"-MD":                               "-MD -MF F -MQ a.o",
		"-MMD -MTx -MQ y -MP -o b.o":        "-MMD -MF F -MT x -MQ y -MP",
		"-g -gsplit-dwarf -o x.y.o":         "-Xclang -split-dwarf-file -Xclang x.y.dwo",
		"-g -gsplit-dwarf=single":           "-Xclang -split-dwarf-file -Xclang a.o",
		"-gsplit-dwarf":                     "",
		"-g -gsplit-dwarf -g0":              "",
		"-gsplit-dwarf -gno-split-dwarf -g": "",
		"-g -gsplit-dwarf=single -gsplit-dwarf -gno-split-dwarf":            "",
		"-g -gsplit-dwarf -gno-split-dwarf -gsplit-dwarf=split":             "-Xclang -split-dwarf-file -Xclang a.dwo",
		"-g -gsplit-dwarf -fsplit-dwarf-inlining -fno-split-dwarf-inlining": "-Xclang -split-dwarf-file -Xclang a.dwo",
		"-gsplit-dwarf -gline-tables-only -MD": "" +
			"-MD -MF F -MQ a.o -Xclang -split-dwarf-file -Xclang a.dwo",
	} {
		if got := parse(t, line, commandline.Options{}).SideArgs("F"); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}
