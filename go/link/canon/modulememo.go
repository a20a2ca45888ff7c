package canon

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/semaphore"

	"thinrex/go/action"
	"thinrex/go/bitcode"
	"thinrex/go/digest"
)

// maxValues bounds the values of all modules that are remembered, which take some 100
// bytes each.
const maxValues = 2 << 20

// A moduleMemo remembers what modules declare, because many jobs import the same ones.
type moduleMemo struct {
	reading *semaphore.Weighted // of maxScanned

	mu      sync.Mutex
	modules map[digest.Digest]*declaredModule
	values  int // of all modules
}

type declaredModule struct {
	once   sync.Once
	module *bitcode.Module
	err    error
}

func newModuleMemo() moduleMemo {
	return moduleMemo{reading: semaphore.NewWeighted(maxScanned), modules: map[digest.Digest]*declaredModule{}}
}

// module returns what a module declares. It fails for one that may have no slices, or no
// placeholders.
func (m *moduleMemo) module(in action.Input) (*bitcode.Module, error) {
	m.mu.Lock()
	d := m.modules[in.Digest]
	if d == nil {
		if m.values > maxValues {
			clear(m.modules)
			m.values = 0
		}
		d = new(declaredModule)
		m.modules[in.Digest] = d
	}
	m.mu.Unlock()
	d.once.Do(func() {
		size := min(in.Digest.Size, maxScanned)
		_ = m.reading.Acquire(context.Background(), size) // others end soon
		defer m.reading.Release(size)
		data, err := readUnchanged(in.File)
		if err == nil {
			err = mayHavePlaceholders(in.File.Path, data)
		}
		if err == nil {
			d.module, err = bitcode.ReadModule(data)
		}
		if d.err = err; err != nil {
			return
		}
		d.module.Forget()
		m.mu.Lock()
		m.values += d.module.Values()
		m.mu.Unlock()
	})
	return d.module, d.err
}

// profileSummary is the name of metadata in each module with a profile.
const profileSummary = "ProfileSummary"

// mayHavePlaceholders returns an error for a module with a symbol whose name looks like
// a placeholder of ours, because it would be renamed, too; and for one with a profile:
// which calls LLVM then promotes to direct ones can depend on the hashes in names (see
// findings/pgo-promotes-calls-by-module-hash.sh).
func mayHavePlaceholders(path string, data []byte) error {
	if bitcode.Holds(data, PlaceholderPrefix) {
		return fmt.Errorf("%s holds %q", path, PlaceholderPrefix)
	}
	if bytes.Contains(data, []byte(profileSummary)) {
		return fmt.Errorf("%s has a profile, by which names can decide on calls", path)
	}
	return nil
}

// mentions returns, for each imported module, the variables that a slice of it must go on
// mentioning. The first module is the job's own.
func (m *moduleMemo) mentions(modules []action.Input, imports map[string][]uint64) ([][]uint64, error) {
	own, err := m.module(modules[0])
	if err != nil {
		return nil, err
	}
	list := make([]bitcode.Import, 0, len(modules)-1)
	for _, in := range modules[1:] {
		module, err := m.module(in)
		if err != nil {
			return nil, err
		}
		list = append(list, bitcode.Import{Module: module, Keep: imports[in.Name]})
	}
	return bitcode.Mentions(own, list), nil
}
