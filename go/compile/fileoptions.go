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
		p.output = p.paths.rewrite(p.value(arg))
	case "-MD", "-MMD":
		if p.deps != "-MD" { // as in the driver, -MD wins
			p.deps = arg
		}
	case "-MF":
		p.depfile = p.paths.rewrite(p.value(arg))
	case "-MT", "-MQ":
		p.targets = append(p.targets, arg, p.paths.rewrite(p.value(arg)))
	case "-MP":
		p.phony = true
	case "--serialize-diagnostics", "-serialize-diagnostics":
		p.dia = p.paths.rewrite(p.value(arg))
	case "-ftime-trace":
		p.traced, p.trace = true, ""
	case "-Xclang":
		v := p.value(arg)
		file, ok := strings.CutPrefix(v, "-fthin-link-bitcode=")
		if !ok {
			p.err = plain("what -Xclang %s reads or writes isn't known", v)
		}
		p.thinLink = p.paths.rewrite(file)
	default:
		return p.joinedOutput(arg)
	}
	return true
}

func (p *parser) joinedOutput(arg string) bool {
	for option, to := range map[string]*string{"-fthin-link-bitcode=": &p.thinLink, "-ftime-trace=": &p.trace, "-MF": &p.depfile} {
		if file, ok := strings.CutPrefix(arg, option); ok {
			*to = p.paths.rewrite(file)
			return true
		}
	}
	for _, option := range []string{"-MT", "-MQ"} {
		if target, ok := strings.CutPrefix(arg, option); ok {
			p.targets = append(p.targets, option, p.paths.rewrite(target))
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
		v = p.paths.rewrite(v)
		if file {
			p.forced = append(p.forced, v)
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
	if !ok || !readsFile[name] {
		return false
	}
	if !joined {
		file = ""
	}
	file = p.paths.rewrite(file)
	if strings.HasPrefix(name, "profile-") && strings.HasSuffix(name, "use") {
		if fi, err := os.Stat(file); file == "" || err == nil && fi.IsDir() {
			file = filepath.Join(file, "default.profdata")
		}
	}
	p.read = append(p.read, file)
	p.keep(false, "-f"+name+"="+file)
	return true
}
