package commandline

import (
	"fmt"
	"path/filepath"
	"strings"

	"thinrex/go/clang"
)

// A Record is what a command asks for by -fsave-optimization-record and its kin: a file
// with the remarks of the optimiser.
type Record struct {
	Path   string // "" for none
	on     bool
	format string
	passes []string // the option that says of which passes, if there is one
}

// recordOption parses an option of the record. Each turns it on, -fno- turns it off, and
// the last one counts; so does the last name, format and choice of passes.
//
// Source: shouldEmitRemarks in clang/lib/Driver/ToolChains/Clang.cpp.
func (p *parser) recordOption(o givenOption) {
	r := &p.Record
	r.on = true
	switch {
	case o.Name == "-fno-save-optimization-record":
		r.on = false
	case o.Name == "-foptimization-record-file":
		r.Path = p.outputPath(o)
	case o.Name == "-foptimization-record-passes":
		r.passes = []string{o.arg}
	case o.Is(clang.RemarksBitcode):
		r.format = "bitstream"
	case o.Name == "-fsave-optimization-record=yaml":
		r.format = "yaml"
	}
}

// completeRecord names the record as clang does if no option does.
//
// Source: renderRemarksOptions in clang/lib/Driver/ToolChains/Clang.cpp.
func (p *parser) completeRecord() error {
	r := &p.Record
	if !r.on {
		*r = Record{}
		return nil
	}
	p.located = true // the record asks for places, as debug information does
	if r.format == "" {
		r.format = "yaml"
	}
	if r.Path == "" {
		name := p.Object
		if p.unnamed { // then from the source's name, of which clang takes two extensions
			name = strings.TrimSuffix(name, filepath.Ext(name))
		}
		r.Path = replaceExt(name, ".opt."+r.format)
	}
	if r.format == "bitstream" && p.Fat {
		return fmt.Errorf("with -ffat-lto-objects, the object holds the absolute path of %s", r.Path)
	}
	return nil
}

// Args asks for the record in a file of that name, or for none.
func (r Record) Args(file string) []string {
	if r.Path == "" {
		return nil
	}
	return append([]string{"-fsave-optimization-record=" + r.format, "-foptimization-record-file=" + file}, r.passes...)
}
