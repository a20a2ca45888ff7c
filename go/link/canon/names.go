package canon

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"thinrex/go/action"
	"thinrex/go/bitcode"
	"thinrex/go/host/filedigest"
	"thinrex/go/link/distfile"
)

// The canonical names of a job's files.
const (
	moduleName = "m.o"
	shardName  = "m.thinlto.bc"
	objectStem = "m.native" // .o for the object
)

func importName(i int) string { return fmt.Sprintf("i%05d.o", i) }
func commonName(i int) string { return fmt.Sprintf("c/%05d", i) }

// addJobInputs adds the files of a job, the module first, and returns a map
// from their paths to their canonical names.
func (b *Builder) addJobInputs(a *action.Action, job distfile.Job) (map[string]string, error) {
	shard := job.Shard()
	files := make([]filedigest.File, 0, len(job.Inputs))
	for _, path := range job.Inputs {
		if path == shard {
			continue
		}
		f, err := b.opts.Files.File(path)
		if err != nil {
			return nil, &action.InputError{Err: fmt.Errorf("input of %s: %w", job.Module(), err)}
		}
		files = append(files, f)
	}
	slices.SortFunc(files[1:], b.byPath)
	files = slices.CompactFunc(files, func(x, y filedigest.File) bool { return x.Path == y.Path })

	names := make(map[string]string, len(files)+4)
	a.Inputs = make([]action.Input, 0, len(files)+1)
	for i, f := range files {
		name := moduleName
		if i > 0 {
			name = importName(i - 1)
		}
		if _, again := names[f.Path]; again {
			continue // the module imports from itself
		}
		names[f.Path] = name
		a.Inputs = append(a.Inputs, action.Input{Name: name, Digest: f.Digest, File: f})
	}
	if shard == "" {
		return nil, &action.Uncacheable{Cause: "index", Reason: "the job has no -fthinlto-index= argument"}
	}
	if err := b.addShard(a, shard, names); err != nil {
		return nil, err
	}
	names[shard] = shardName
	return names, nil
}

// byPath orders files by their original paths, because clang imports modules in the
// order of their names and the object depends on it. Names that differ only in a
// random part are ordered by content.
func (b *Builder) byPath(x, y filedigest.File) int {
	return cmp.Or(
		cmp.Compare(b.common.OrderKey(x.Path), b.common.OrderKey(y.Path)),
		cmp.Compare(x.Digest.Hash, y.Digest.Hash),
		cmp.Compare(x.Path, y.Path),
	)
}

// addShard adds the shard at path, with its modules' canonical names.
func (b *Builder) addShard(a *action.Action, path string, names map[string]string) error {
	if path == os.DevNull {
		b.addEmptyShard(a)
		return nil
	}
	// A shard belongs to one job of one link. Its digest is of no use; its times and size
	// show later that it hasn't changed.
	file, data, err := filedigest.Read(path)
	if err != nil {
		return &action.InputError{Err: fmt.Errorf("shard: %w", err)}
	}
	shard, err := bitcode.Parse(data)
	if err != nil {
		return &action.Uncacheable{Cause: "shard", Reason: fmt.Sprintf("shard %s can't be read: %v", path, err)}
	}
	canonical, err := canonicalPaths(shard.Paths(), names)
	if err != nil {
		return &action.Uncacheable{Cause: "module", Reason: fmt.Sprintf("shard %s %v", path, err)}
	}
	renamed := shard.Rename(func(module string) string { return canonical[module] })
	digest := b.opts.Files.Function().Of(renamed)
	a.Inputs = append(a.Inputs, action.Input{Name: shardName, Digest: digest, File: file, Data: renamed})
	a.Unstable = shard.KeptNumbers()
	return nil
}

// addEmptyShard adds a shard without content, with which clang compiles a module as it
// does without ThinLTO. Bazel gives it, as /dev/null, for modules that aren't part of the
// ThinLTO link. The device has no state that could change: the module's stands for it.
func (b *Builder) addEmptyShard(a *action.Action) {
	digest := b.opts.Files.Function().Of(nil)
	a.Inputs = append(a.Inputs, action.Input{Name: shardName, Digest: digest, File: a.Inputs[0].File, Data: []byte{}})
}

// canonicalPaths maps the module paths of a shard to canonical names, where
// names maps those of the job's files.
//
// When LLVM 22 writes a shard, it damages the bytes that follow a non-ASCII one in a
// path (llvm-project #194318), and then the compiler fails. Here such a path is
// recognised by its place: a shard lists exactly the job's modules, sorted by path.
func canonicalPaths(paths []string, names map[string]string) (map[string]string, error) {
	listed := slices.Sorted(maps.Keys(names))
	canonical := make(map[string]string, len(paths))
	for i, path := range paths {
		switch {
		case names[path] != "":
			canonical[path] = names[path]
		case len(listed) == len(paths) && isDamaged(path, listed[i]) && canonical[path] == "":
			canonical[path] = names[listed[i]]
		default:
			return nil, fmt.Errorf("names module %q, which the dist-file doesn't list", path)
		}
	}
	return canonical, nil
}

// isDamaged reports whether LLVM 22 may have written path as damaged.
func isDamaged(damaged, path string) bool {
	first := strings.IndexFunc(path, func(r rune) bool { return r >= utf8.RuneSelf })
	return first >= 0 && len(damaged) == len(path) && damaged[:first] == path[:first]
}

// jobOutputs returns the outputs that the dist-file declares, then those that only
// options ask for, which end in suffixes.
func jobOutputs(job distfile.Job, suffixes []string) []action.Output {
	object := job.Outputs[0]
	stem := strings.TrimSuffix(object, ".o")
	outputs := []action.Output{{Name: objectStem + ".o", Path: object}}
	for i, path := range job.Outputs[1:] {
		name := fmt.Sprintf("o%05d", i)
		if suffix, ok := strings.CutPrefix(path, stem+"."); ok && !strings.ContainsRune(suffix, os.PathSeparator) {
			name = objectStem + "." + suffix
		}
		outputs = append(outputs, action.Output{Name: name, Path: path})
	}
	for _, suffix := range suffixes {
		out := action.Output{Name: objectStem + suffix, Path: stem + suffix, Optional: true}
		if !slices.ContainsFunc(outputs, func(o action.Output) bool { return o.Name == out.Name }) {
			outputs = append(outputs, out)
		}
	}
	return outputs
}
