package compile

import (
	"slices"
	"strings"
	"time"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// A keyer makes the actions of one compilation.
type keyer struct {
	function digest.Function
	outputs  []action.Output
	args     []string // canonical
	irArgs   []string // those of what follows the front end
	env      []string
	irEnv    []string // likewise
	salt     string
}

func (c *compilation) newKeyer() *keyer {
	k := &keyer{function: c.Function, outputs: outputs(c.in), env: slices.Clone(c.in.Env), salt: c.compiler.Identity}
	program := []string{c.in.Program}
	k.args = slices.Concat(program, outputArgs(c.in, canonically), c.in.KeyArgs)
	k.irArgs = slices.Concat(program, objectArgs(c.in, canonically), c.in.IRArgs)
	k.irEnv = slices.DeleteFunc(slices.Clone(c.in.Env), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return !slices.Contains(c.Named, name)
	})
	if dir, named := c.in.WorkingDir(); named {
		k.env = append(k.env, "PWD="+dir)
	}
	k.env = append(k.env, "thinrex driver="+c.search.Driver)
	k.irEnv = append(k.irEnv, "thinrex driver="+c.search.IRDriver)
	for name, paths := range map[string][]string{
		"quote": c.search.Quote, "angle": c.search.Angle, // where headers are looked for depends on what is installed
		"missing": c.search.Missing(),
		"lists":   c.search.Lists,
		"read":    c.in.Read, // some are in no argument
	} {
		k.env = append(k.env, "thinrex "+name+"="+strings.Join(paths, "\n"))
	}
	if c.inSteps() { // the object is another one
		k.env = append(k.env, "thinrex steps=2")
	}
	return k
}

// manifest makes the action whose result is the manifest: it is the result's
// standard output.
func (k *keyer) manifest(source file) (*action.Action, error) {
	return k.action("manifest 3", k.args, k.env, nil, []file{source})
}

// direct makes the action of a compilation that reads these files.
func (k *keyer) direct(files []file, conditions []string) (*action.Action, error) {
	at := k.function.Of([]byte(strings.Join(conditions, "\n")))
	return k.action("direct", k.args, k.env, k.outputs, append(files[:len(files):len(files)], file{"", at}))
}

// ir makes the action of what follows the front end.
func (k *keyer) ir(module digest.Digest) (*action.Action, error) {
	outputs := slices.DeleteFunc(slices.Clone(k.outputs), func(out action.Output) bool {
		return out.Name != objectName && out.Name != thinLinkName
	})
	return k.action("ir", k.irArgs, k.irEnv, outputs, []file{{moduleName, module}})
}

// A file is one that the compiler reads, or with no name, what holds for the
// others.
type file struct {
	name   string
	digest digest.Digest
}

// escape makes a name of many parts one part of a tree: a name may lead out of
// the working directory, which a tree of folders can't show.
var escape = strings.NewReplacer("%", "%25", "/", "%2F", "\x00", "%00")

// action makes one that is never executed: its messages only name a result.
func (k *keyer) action(kind string, args, env []string, outputs []action.Output, files []file) (*action.Action, error) {
	spec := action.Spec{Function: k.function, Timeout: time.Hour, Salt: "thinrex cc 2 " + kind + " " + k.salt}
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		spec.Env = append(spec.Env, action.Variable{Name: name, Value: value})
	}
	a := &action.Action{Subject: files[0].name, Args: args, Outputs: outputs}
	for _, f := range files {
		name := "%conditions"
		if f.name != "" {
			name = escape.Replace(f.name)
		}
		a.Inputs = append(a.Inputs, action.Input{Name: name, Digest: f.digest})
	}
	return a, a.Seal(spec)
}
