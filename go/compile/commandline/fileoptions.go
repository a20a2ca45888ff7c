package commandline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"thinrex/go/clang"
)

// outputOption parses an option that names an output, or that changes a depfile.
func (p *parser) outputOption(o givenOption) {
	switch o.Name {
	case "-o":
		p.object = o.value
		p.Object = p.outputPath(o)
	case "-MD", "-MMD":
		if p.Deps != "" && p.Deps != o.Name {
			p.err = errors.New("both -MD and -MMD") // the driver warns of it
		}
		p.Deps = o.Name
	case "-MF":
		p.Depfile = p.outputPath(o)
	case "-MT", "-MQ":
		p.targets = append(p.targets, target{o.Name, o.value})
	case "-MP":
		p.phony = true
	case "--serialize-diagnostics", "-serialize-diagnostics":
		p.Diagnostics = p.outputPath(o)
	case "-ftime-trace":
		if p.traced = o.given == clang.Alone; p.traced {
			p.Trace = ""
		} else {
			p.Trace = p.outputPath(o)
		}
	case "-fthin-link-bitcode":
		p.ThinLink = p.outputPath(o)
	case "-fsave-optimization-record", "-fsave-optimization-record=yaml", "-fsave-optimization-record=bitstream",
		"-fno-save-optimization-record", "-foptimization-record-file", "-foptimization-record-passes":
		p.recordOption(o)
	default:
		p.err = fmt.Errorf("thinrex doesn't know what %s writes", o.arg)
	}
}

// outputPath returns the name of an output. What - and an empty name mean
// differs from option to option.
func (p *parser) outputPath(o givenOption) string {
	if p.err == nil && (o.value == "" || o.value == "-") {
		p.err = fmt.Errorf("%s %q may mean standard output", o.Name, o.value)
	}
	return p.paths.relative(o.value)
}

// forwardedOption parses -Xclang and its value. The only option of the compiler
// proper that build systems give is the one for an output.
func (p *parser) forwardedOption(o givenOption) {
	inner, given, value := clang.FindOption(o.value)
	if p.err != nil {
		return
	}
	if inner.Name != "-fthin-link-bitcode" || given != clang.Equals {
		p.err = fmt.Errorf("thinrex doesn't know what -Xclang %s reads or writes", o.value)
		return
	}
	p.outputOption(givenOption{inner, o.value, given, value})
}

// headerOption parses an option that names a header, or a folder of headers.
func (p *parser) headerOption(o givenOption) {
	if o.given != clang.Separate && strings.HasPrefix(o.value, "-") { // -include-pch, -I-
		p.err = errors.New(o.WhyNotCached(o.arg))
		return
	}
	path := ""
	if o.Is(clang.ReadsHeader) {
		path = p.paths.file(o.value)
		p.Forced = append(p.Forced, path)
	} else {
		path = p.paths.folder(o.value)
	}
	if o.given == clang.Equals {
		p.keepOption(o.Option, o.Name+"="+path)
	} else {
		p.keepOption(o.Option, o.Name, path)
	}
}

// fileOption parses an option that reads a file which the depfile may not name.
func (p *parser) fileOption(o givenOption) {
	file := p.paths.file(o.value)
	if o.Is(clang.ReadsProfile) {
		if fi, err := os.Stat(file); file == "" || err == nil && fi.IsDir() {
			file = filepath.Join(file, "default.profdata")
		}
	}
	p.located = p.located || o.Is(clang.NamesPlaces)
	p.Read = append(p.Read, file)
	p.keepOption(o.Option, o.Name+"="+file)
}
