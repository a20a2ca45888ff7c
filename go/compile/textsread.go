package compile

import (
	"context"
	"errors"
	"os"
	"slices"

	"thinrex/go/action"
	"thinrex/go/compile/depfile"
	"thinrex/go/host"
)

// listTexts lists the texts that the compiler has read, the source first. It fails with
// a *NotCached error if one of them may be something that differs between processes,
// such as /dev/stdin: the compiler has then read ours, and has to run once more, as the
// user's own process.
func (x *execution) listTexts(ctx context.Context, result *action.Result) error {
	if result.ExitCode != 0 { // it hasn't listed any
		if x.mayReadStandardInput(newBudget(ctx, x.options, x.cpu)) {
			return notCached("the compiler failed for %s, which may include a file that differs between processes,"+
				" such as /dev/stdin: so it runs again as it was called", x.in.Source)
		}
		return nil
	}
	x.texts, x.unknown = x.textsRead()
	if _, ok := errors.AsType[*NotCached](x.unknown); ok {
		return x.unknown
	}
	return nil
}

func (x *execution) textsRead() ([]string, error) {
	data, err := os.ReadFile(x.path(depName))
	if err != nil {
		return nil, err
	}
	names, err := depfile.Parse(data, x.in.Source)
	if err != nil {
		return nil, err
	}
	var more []string
	if x.in.Deps == "-MMD" {
		if data, err = os.ReadFile(x.path(graphName)); err != nil {
			return nil, err
		}
		if more, err = depfile.ParseGraph(data); err != nil {
			return nil, err
		}
		more = append(more, x.search.Forced(x.in.Forced)...) // which the graph leaves out
	}
	names = union([]string{x.in.Source}, names, more)
	folders := host.NewProcessFolders()
	x.seen = newSightings(len(names))
	for _, name := range slices.Concat(names, x.dataFiles()) {
		f, ok := x.seen.look(name)
		if folders.Lead(name, !ok || f.Link) {
			return nil, notCached("%s includes or reads %s, which differs between processes", x.in.Source, name)
		}
	}
	return names, nil
}

// preprocess lists the files that are read when the source is preprocessed once more.
// Of system headers that are one file, the graph of includes has only one name, and
// where the preprocessor has made the others they can't be known.
func (x *execution) preprocess(ctx context.Context) ([]string, error) {
	list := x.path(allName)
	result, err := x.runCompiler(ctx, slices.Concat([]string{"-w", "-M", "-MF", list, "-MT", depName}, x.in.Args))
	if err != nil {
		return nil, err
	}
	if result.ExitCode != 0 {
		return nil, errors.New("the compiler can't preprocess it once more, to list all system headers")
	}
	data, err := os.ReadFile(list)
	if err != nil {
		return nil, err
	}
	return depfile.Parse(data, x.in.Source)
}

// union returns the names of all lists, each once, in their order.
func union(lists ...[]string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Concat(lists...), func(name string) bool {
		again := seen[name]
		seen[name] = true
		return again
	})
}
