package commandline

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// outputOption takes an option that names an output.
func (p *parser) outputOption(arg string) bool {
	switch arg {
	case "-o":
		p.object = p.value(arg)
		p.Object = p.written(arg, p.object)
	case "-MD", "-MMD":
		if p.Deps != "" && p.Deps != arg {
			p.err = fmt.Errorf("both -MD and -MMD") // the driver has words for that
		}
		p.Deps = arg
	case "-MF":
		p.Depfile = p.written(arg, p.value(arg))
	case "-MT", "-MQ":
		p.targets = append(p.targets, target{arg, p.value(arg)})
	case "-MP":
		p.phony = true
	case "--serialize-diagnostics", "-serialize-diagnostics":
		p.Diagnostics = p.written(arg, p.value(arg))
	case "-ftime-trace":
		p.traced, p.Trace = true, ""
	case "-Xclang":
		v := p.value(arg)
		file, ok := strings.CutPrefix(v, "-fthin-link-bitcode=")
		if !ok {
			p.err = fmt.Errorf("what -Xclang %s reads or writes isn't known", v)
			break
		}
		p.ThinLink = p.written(arg, file)
	default:
		return p.joinedOutput(arg)
	}
	return true
}

// written takes the name of an output. What - and an empty name mean differs
// from option to option.
func (p *parser) written(option, file string) string {
	if p.err == nil && (file == "" || file == "-") {
		p.err = fmt.Errorf("%s %q may mean standard output", option, file)
	}
	return p.paths.relative(file)
}

func (p *parser) joinedOutput(arg string) bool {
	if file, ok := strings.CutPrefix(arg, "-o"); ok && !strings.HasPrefix(arg, "-obj") {
		p.object, p.Object = file, p.written("-o", file)
		return true
	}
	for _, o := range []struct {
		option string
		path   *string
	}{{"-fthin-link-bitcode=", &p.ThinLink}, {"-ftime-trace=", &p.Trace}, {"-MF", &p.Depfile}} {
		if file, ok := strings.CutPrefix(arg, o.option); ok {
			*o.path = p.written(o.option, file)
			return true
		}
	}
	for _, option := range []string{"-MT", "-MQ"} {
		if name, ok := strings.CutPrefix(arg, option); ok {
			p.targets = append(p.targets, target{option, name})
			return true
		}
	}
	return false
}

// includeOption takes an option that has to do with headers.
func (p *parser) includeOption(arg string) bool {
	for _, option := range headerOptions {
		v, ok := strings.CutPrefix(arg, option)
		if !ok {
			continue
		}
		file := strings.Contains(option, "-include") || option == "-imacros"
		if joined := v != "" || strings.HasSuffix(option, "="); joined && (strings.HasPrefix(v, "-") || option == "--include") {
			p.err = fmt.Errorf("%s isn't known", arg) // -include-pch, -I-
			return true
		} else if !joined {
			v = p.value(arg)
		}
		role := role(0)
		if file {
			v, role = p.paths.file(v), noSearch|noDriver
			p.Forced = append(p.Forced, v)
		} else {
			v = p.paths.folder(v)
		}
		if strings.HasSuffix(option, "=") {
			p.keep(role, option+v)
		} else {
			p.keep(role, option, v)
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
	p.Read = append(p.Read, file)
	p.keep(noSearch, "-f"+name+"="+file)
	return true
}
