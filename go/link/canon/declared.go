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

// declarations returns what modules declare. The first module is the job's own.
func (b *Builder) declarations(modules []action.Input) ([]*bitcode.Module, error) {
	list := make([]*bitcode.Module, len(modules))
	for i, in := range modules {
		var err error
		if list[i], err = b.declared.in(in); err != nil {
			return nil, err
		}
	}
	return list, nil
}
