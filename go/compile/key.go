package compile

import (
	"slices"
	"strings"
	"time"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// A keyer makes the actions of one compilation, whose digests are the keys in a cache.
// TestGoldenDigests holds examples: a change of a key empties all caches.
type keyer struct {
	function digest.Function
	outputs  []action.Output
	args     []string // with canonical names of outputs
	irArgs   []string // of the optimiser, which starts from IR
	env      []string
	irEnv    []string // of the optimiser
	salt     string
}

func newKeyer(r *request) *keyer {
	k := &keyer{
		function: r.options.Function,
		outputs:  outputs(r.in),
		env:      slices.Clone(r.in.Env),
		salt:     r.compiler.Identity,
	}
	program := []string{r.in.Program}
	k.args = slices.Concat(program, outputArgs(r.in, canonically), r.in.KeyArgs)
	k.irArgs = slices.Concat(program, objectArgs(r.in, canonically), r.in.IRArgs)
	k.irEnv = slices.DeleteFunc(slices.Clone(r.in.Env), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return !slices.Contains(r.options.Named, name)
	})
	if dir, named := r.in.WorkingDir(); named {
		k.env = append(k.env, "PWD="+dir)
	}
	k.env = append(k.env, "thinrex driver="+r.search.Driver)
	k.irEnv = append(k.irEnv, "thinrex driver="+r.search.IRDriver)
	for name, paths := range map[string][]string{
		"quote": r.search.Quote, "angle": r.search.Angle, // these depend on what is installed
		"missing": r.search.Missing(),
		"lists":   r.search.Lists,
		"read":    r.in.Read, // some are in no argument
	} {
		k.env = append(k.env, "thinrex "+name+"="+strings.Join(paths, "\n"))
	}
	if r.inTwoSteps() { // which makes another object
		k.env = append(k.env, "thinrex steps=2")
	}
	return k
}

// manifest makes the action whose result has the manifest as its standard output.
func (k *keyer) manifest(source keyInput) (*action.Action, error) {
	return k.action("manifest 3", k.args, k.env, nil, []keyInput{source})
}

// direct makes the action of a compilation that reads these files.
func (k *keyer) direct(files []keyInput, conditions []string) (*action.Action, error) {
	at := k.function.Of([]byte(strings.Join(conditions, "\n")))
	return k.action("direct", k.args, k.env, k.outputs, append(files[:len(files):len(files)], keyInput{"", at}))
}

// ir makes the action of the optimiser, which follows the front end.
func (k *keyer) ir(module digest.Digest) (*action.Action, error) {
	outputs := slices.DeleteFunc(slices.Clone(k.outputs), func(out action.Output) bool {
		return out.Name != objectName && out.Name != thinLinkName
	})
	return k.action("ir", k.irArgs, k.irEnv, outputs, []keyInput{{moduleName, module}})
}

// A keyInput is a file that the compiler reads or, without a name, the conditions under
// which it reads the others.
type keyInput struct {
	name   string
	digest digest.Digest
}

// escape makes a path one name in a tree of inputs: a path may lead out of the working
// directory, which a tree of folders can't show.
var escape = strings.NewReplacer("%", "%25", "/", "%2F", "\x00", "%00")

// action makes an action that is never executed: its digest only names a result.
func (k *keyer) action(
	kind string, args, env []string, outputs []action.Output, files []keyInput,
) (*action.Action, error) {
	spec := action.Spec{Function: k.function, Timeout: time.Hour, Salt: "thinrex cc 2 " + kind + " " + k.salt}
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		spec.Env = append(spec.Env, action.Variable{Name: name, Value: value})
	}
	a := &action.Action{Subject: files[0].name, Args: args, Outputs: outputs, Inputs: make([]action.Input, 0, len(files))}
	for _, f := range files {
		name := "%conditions"
		if f.name != "" {
			name = escape.Replace(f.name)
		}
		a.Inputs = append(a.Inputs, action.Input{Name: name, Digest: f.digest})
	}
	return a, a.Seal(spec)
}
