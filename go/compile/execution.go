package compile

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"time"

	"thinrex/go/action"
	"thinrex/go/compile/searchpath"
	"thinrex/go/host"
)

// An execution is one run of the compiler for a request. The compiler writes its
// outputs into a private folder.
type execution struct {
	*request
	caches    *caches // for IR
	workspace *host.Workspace
	dir       string            // the private folder
	began     searchpath.Moment // before the compiler
	cpu       time.Duration     // time of the processor that the compiler has used

	texts   []string // see listTexts
	seen    sightings
	unknown error // why texts isn't all that the compiler read, or nil
}

func newExecution(r *request, c *caches, started time.Time) (*execution, error) {
	workspace, err := host.NewWorkspace(r.options.Sandbox)
	if err != nil {
		return nil, err
	}
	x := &execution{request: r, caches: c, workspace: workspace}
	if x.dir, err = workspace.Lay(nil); err == nil {
		x.began, err = r.search.Begin(x.dir, started, append([]string{r.in.Source}, r.in.Forced...))
	}
	if err == nil {
		err = x.markOutputs()
	}
	if err != nil {
		x.close()
		return nil, err
	}
	return x, nil
}

// close removes the private folder.
func (x *execution) close() { _ = x.workspace.Close() }

// path is where the compiler writes the output of a canonical name.
func (x *execution) path(name string) string { return filepath.Join(x.dir, name) }

// compile compiles at once or in two steps, and says how for --verbose.
func (x *execution) compile(ctx context.Context) (result *action.Result, how string, err error) {
	if x.inTwoSteps() {
		return x.compileInTwoSteps(ctx)
	}
	return x.compileAtOnce(ctx)
}

func (x *execution) compileAtOnce(ctx context.Context) (result *action.Result, how string, err error) {
	result, err = x.runCompiler(ctx, slices.Concat(outputArgs(x.in, x.path), x.listArgs(), x.in.Args))
	if err == nil {
		err = x.collect(result, x.keys.outputs)
	}
	return result, "compiled", err
}

const (
	// graphName is the graph of includes, where the depfile leaves some out.
	graphName = "m.dot"
	// allName is the depfile of the preprocessor alone, with nothing left out.
	allName = "all.d"
)

// listArgs asks the compiler for what it reads, if no other option has it list all of
// that.
func (x *execution) listArgs() []string {
	switch x.in.Deps {
	case "":
		return []string{"-MD", "-MF", x.path(depName), "-MT", depName}
	case "-MMD": // which leaves out system headers
		return []string{"-Xclang", "-dependency-dot", "-Xclang", x.path(graphName)}
	}
	return nil
}

// runCompiler refuses messages that name the private folder. A compiler that crashes
// writes no report, because it runs once more.
func (x *execution) runCompiler(ctx context.Context, args []string) (*action.Result, error) {
	args, err := inResponseFile(x.dir, append([]string{"-fno-crash-diagnostics"}, args...))
	if err != nil {
		return nil, err
	}
	exit, err := host.Run(ctx, host.Process{Path: x.compiler.Path, Args: args, Env: x.options.Env})
	x.cpu += exit.CPU
	switch {
	case err != nil:
		return nil, err
	case exit.Signal != "" || exit.Code > 2:
		return nil, notCached("the compiler crashed; it runs once more, so that its report names the real outputs")
	case bytes.Contains(exit.Stdout, []byte(x.dir)) || bytes.Contains(exit.Stderr, []byte(x.dir)):
		return nil, notCached("a message of the compiler names an output; it runs once more with the real names")
	}
	return &action.Result{
		ExitCode: exit.Code,
		Stdout:   exit.Stdout,
		Stderr:   exit.Stderr,
		Began:    exit.Began,
		Ran:      exit.Ran,
	}, nil
}
