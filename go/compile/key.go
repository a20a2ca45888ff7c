package compile

import (
	"slices"
	"strings"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/types/known/durationpb"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// The canonical names of outputs.
const (
	objectName   = "m.o"
	depName      = "m.d"
	thinLinkName = "m.thinlink.bc"
	diaName      = "m.dia"
	traceName    = "m.json"
	moduleName   = "m.bc" // unoptimised IR
)

// outputs lists what in asks for.
func (in *invocation) outputs() []action.Output {
	list := []action.Output{{Name: objectName, Path: in.output}}
	for _, more := range []action.Output{
		{Name: depName, Path: in.depfile}, {Name: thinLinkName, Path: in.thinLink},
		{Name: diaName, Path: in.dia}, {Name: traceName, Path: in.trace},
	} {
		if more.Path != "" {
			list = append(list, more)
		}
	}
	return list
}

// A namer says where the compiler is to write an output.
type namer func(name string) string

// outputArgs asks the compiler for all outputs.
func (in *invocation) outputArgs(file namer) []string {
	args := append(in.objectArgs(file), in.sideArgs(file)...)
	if in.dia != "" {
		args = append(args, "--serialize-diagnostics", file(diaName))
	}
	if in.trace != "" {
		args = append(args, "-ftime-trace="+file(traceName))
	}
	return args
}

// objectArgs asks for what is made of IR.
func (in *invocation) objectArgs(file namer) []string {
	args := []string{"-o", file(objectName)}
	if in.thinLink != "" {
		args = append(args, "-Xclang", "-fthin-link-bitcode="+file(thinLinkName))
	}
	return args
}

// sideArgs asks for what the front end makes beside the IR.
func (in *invocation) sideArgs(file namer) (args []string) {
	if in.deps != "" {
		args = append(append(args, in.deps, "-MF", file(depName)), in.depTargets()...)
	}
	if in.phony {
		args = append(args, "-MP")
	}
	return append(args, in.splitArgs()...)
}

// A splitKind is where debug information is to lie that the linker needn't see.
// The object names that file, by the name that the driver makes of the
// object's.
type splitKind uint8

const (
	noSplit      splitKind = iota
	splitFile              // a .dwo
	splitSection           // the object
)

func (in *invocation) splitArgs() []string {
	name := in.output
	switch {
	case in.split == noSplit || in.debug != fullDebug:
		return nil
	case in.split == splitFile:
		name = replaceExt(name, ".dwo")
	}
	return []string{"-Xclang", "-split-dwarf-file", "-Xclang", name}
}

// depTargets are the targets of the depfile: by default, the object.
func (in *invocation) depTargets() (args []string) {
	for option, target := range in.eachTarget {
		args = append(args, option, in.paths.relative(target))
	}
	return args
}

func (in *invocation) eachTarget(yield func(option, target string) bool) {
	if len(in.targets) == 0 {
		yield("-MQ", in.object)
	}
	for t := in.targets; len(t) > 0; t = t[2:] {
		if !yield(t[0], t[1]) {
			return
		}
	}
}

// A keyer makes the actions of one compilation.
type keyer struct {
	function digest.Function
	outputs  []action.Output
	args     []string // canonical
	env      []string
	salt     string
	mapped   bool // args hold a prefix map in canonical form
}

func (c *compilation) newKeyer() *keyer {
	k := &keyer{function: c.Function, outputs: c.outputs(), env: slices.Clone(c.env)}
	args, mapped := c.paths.canonical(c.args)
	k.args = slices.Concat([]string{c.driver.name}, c.outputArgs(func(name string) string { return name }), args)
	k.mapped = mapped
	if (c.debug != noDebug || c.located) && !c.placed {
		k.env = append(k.env, "PWD="+mappedBy(c.args, c.Dir))
	}
	// Where headers are looked for depends on what is installed.
	k.env = append(k.env, "thinrex quote="+strings.Join(c.search.Quote, "\n"), "thinrex angle="+strings.Join(c.search.Angle, "\n"))
	for _, list := range c.search.Lists {
		k.env = append(k.env, "thinrex list="+list)
	}
	if c.inSteps() { // the object is another one
		k.env = append(k.env, "thinrex steps=2")
	}
	k.salt = c.compiler.Identity
	return k
}

// manifest makes the action whose result is the manifest: it is the result's
// standard output.
func (k *keyer) manifest(source file) (*action.Action, error) {
	return k.action("manifest", k.args, k.env, nil, []file{source})
}

// direct makes the action of a compilation that reads these files.
func (k *keyer) direct(files []file, conditions []string) (*action.Action, error) {
	at := k.function.Of([]byte(strings.Join(conditions, "\n")))
	return k.action("direct", k.args, k.env, k.outputs, append(files[:len(files):len(files)], file{"", at}))
}

// ir makes the action of what follows the front end.
func (k *keyer) ir(in *invocation, module digest.Digest) (*action.Action, error) {
	outputs := slices.DeleteFunc(slices.Clone(k.outputs), func(out action.Output) bool {
		return out.Name != objectName && out.Name != thinLinkName
	})
	args := slices.Concat(k.args[:1], in.objectArgs(func(name string) string { return name }), in.back)
	return k.action("ir", args, nil, outputs, []file{{moduleName, module}})
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
	root := &repb.Directory{}
	for _, f := range files {
		name := "%conditions"
		if f.name != "" {
			name = escape.Replace(f.name)
		}
		root.Files = append(root.Files, &repb.FileNode{Name: name, Digest: f.digest.Proto()})
	}
	slices.SortFunc(root.Files, func(x, y *repb.FileNode) int { return strings.Compare(x.Name, y.Name) })
	rootData, rootDigest, err := k.function.OfMessage(root)
	if err != nil {
		return nil, err
	}
	command := &repb.Command{Arguments: args}
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		command.EnvironmentVariables = append(command.EnvironmentVariables, &repb.Command_EnvironmentVariable{Name: name, Value: value})
	}
	for _, out := range outputs {
		command.OutputPaths = append(command.OutputPaths, out.Name)
	}
	slices.Sort(command.OutputPaths)
	a := &action.Action{Outputs: outputs}
	a.Job.Inputs = []string{files[0].name}
	a.Messages.Directories = map[digest.Digest][]byte{rootDigest: rootData}
	if a.Command, a.CommandDigest, err = k.function.OfMessage(command); err != nil {
		return nil, err
	}
	a.Messages.Action, a.Digest, err = k.function.OfMessage(&repb.Action{
		CommandDigest:   a.CommandDigest.Proto(),
		InputRootDigest: rootDigest.Proto(),
		Timeout:         durationpb.New(time.Hour),
		Salt:            []byte("thinrex cc 1 " + kind + " " + k.salt),
	})
	return a, err
}
