package canon

import (
	"bytes"
	"fmt"

	"golang.org/x/sync/semaphore"

	"thinrex/go/action"
	"thinrex/go/bitcode"
	"thinrex/go/digest"
)

// maxValues bounds the values of all modules that are remembered, which take some 100
// bytes each.
const maxValues = 2 << 20

// newDeclaredMemo returns a memo of what modules declare. It has an error for a module
// that may have no slices, or no placeholders.
func newDeclaredMemo(reading *semaphore.Weighted) *moduleMemo[*bitcode.Module] {
	return &moduleMemo[*bitcode.Module]{
		reading: reading,
		find:    readDeclarations,
		weight:  (*bitcode.Module).Values,
		limit:   maxValues,
		found:   map[digest.Digest]*foundInModule[*bitcode.Module]{},
	}
}

func readDeclarations(path string, data []byte) (*bitcode.Module, error) {
	if err := mayHavePlaceholders(path, data); err != nil {
		return nil, err
	}
	module, err := bitcode.ReadModule(data)
	if err == nil {
		module.Forget()
	}
	return module, err
}

// profileSummary is the name of metadata in each module with a profile.
const profileSummary = "ProfileSummary"

// mayHavePlaceholders returns an error for a module with a symbol whose name looks like
// a placeholder of ours, because it would be renamed, too; and for one with a profile:
// which calls LLVM then promotes to direct ones can depend on the hashes in names (see
// findings/pgo-promotes-calls-by-module-hash.sh).
func mayHavePlaceholders(path string, data []byte) error {
	if bitcode.Holds(data, placeholderPrefix) {
		return fmt.Errorf("%s holds %q", path, placeholderPrefix)
	}
	if bytes.Contains(data, []byte(profileSummary)) {
		return fmt.Errorf("%s has a profile, by which names can decide on calls", path)
	}
	return nil
}

// mentions returns, for each imported module, the variables that a slice of it must go on
// mentioning. The first module is the job's own.
func (b *Builder) mentions(modules []action.Input, imports map[string][]uint64) ([][]uint64, error) {
	own, err := b.declared.in(modules[0])
	if err != nil {
		return nil, err
	}
	list := make([]bitcode.Import, 0, len(modules)-1)
	for _, in := range modules[1:] {
		module, err := b.declared.in(in)
		if err != nil {
			return nil, err
		}
		list = append(list, bitcode.Import{Module: module, Keep: imports[in.Name]})
	}
	return bitcode.Mentions(own, list), nil
}
