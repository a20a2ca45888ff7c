package compile

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// outputOption takes an option that names an output.
func (p *parser) outputOption(arg string) bool {
	switch arg {
	case "-o":
		p.object = p.value(arg)
		p.output = p.written(arg, p.object)
	case "-MD", "-MMD":
		if p.deps != "" && p.deps != arg {
			p.err = plain("both -MD and -MMD") // the driver has words for that
		}
		p.deps = arg
	case "-MF":
		p.depfile = p.written(arg, p.value(arg))
	case "-MT", "-MQ":
		p.targets = append(p.targets, arg, p.value(arg))
	case "-MP":
		p.phony = true
	case "--serialize-diagnostics", "-serialize-diagnostics":
		p.dia = p.written(arg, p.value(arg))
	case "-ftime-trace":
		p.traced, p.trace = true, ""
	case "-Xclang":
		v := p.value(arg)
		file, ok := strings.CutPrefix(v, "-fthin-link-bitcode=")
		if !ok {
			p.err = plain("what -Xclang %s reads or writes isn't known", v)
			break
		}
		p.thinLink = p.written(arg, file)
	default:
		return p.joinedOutput(arg)
	}
	return true
}

// written takes the name of an output. What - and an empty name mean differs
// from option to option.
func (p *parser) written(option, file string) string {
	if p.err == nil && (file == "" || file == "-") {
		p.err = plain("%s %q may mean standard output", option, file)
	}
	return p.paths.relative(file)
}

func (p *parser) joinedOutput(arg string) bool {
	if file, ok := strings.CutPrefix(arg, "-o"); ok && !strings.HasPrefix(arg, "-obj") {
		p.object, p.output = file, p.written("-o", file)
		return true
	}
	for option, to := range map[string]*string{"-fthin-link-bitcode=": &p.thinLink, "-ftime-trace=": &p.trace, "-MF": &p.depfile} {
		if file, ok := strings.CutPrefix(arg, option); ok {
			*to = p.written(option, file)
			return true
		}
	}
	for _, option := range []string{"-MT", "-MQ"} {
		if target, ok := strings.CutPrefix(arg, option); ok {
			p.targets = append(p.targets, option, target)
			return true
		}
	}
	return false
}

// includeOption takes an option that has to do with headers.
func (p *parser) includeOption(arg string) bool {
	for _, option := range slices.Concat(includeFiles, includeDirs) {
		v, ok := strings.CutPrefix(arg, option)
		if !ok {
			continue
		}
		file := slices.Contains(includeFiles, option)
		if joined := v != "" || strings.HasSuffix(option, "="); joined && strings.HasPrefix(v, "-") {
			p.err = plain("%s isn't known", arg) // -include-pch, -I-
			return true
		} else if !joined {
			v = p.value(arg)
		}
		if file {
			v = p.paths.file(v)
			p.forced = append(p.forced, v)
		} else {
			v = p.paths.folder(v)
		}
		if strings.HasSuffix(option, "=") {
			p.keep(!file, option+v)
		} else {
			p.keep(!file, option, v)
		}
		return true
	}
	return false
}

// fileOption takes an option that reads a file which the depfile may not name.
func (p *parser) fileOption(arg string) bool {
	name, ok := strings.CutPrefix(arg, "-f")
	name, file, joined := strings.Cut(name, "=")
	if !ok || !readsFile.has(name) {
		return false
	}
	if !joined {
		file = ""
	}
	file = p.paths.file(file)
	p.located = p.located || name == "profile-sample-use"
	if strings.HasPrefix(name, "profile-") && strings.HasSuffix(name, "use") {
		if fi, err := os.Stat(file); file == "" || err == nil && fi.IsDir() {
			file = filepath.Join(file, "default.profdata")
		}
	}
	p.read = append(p.read, file)
	p.keep(false, "-f"+name+"="+file)
	return true
}
