package canon

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// maxScanned bounds the bytes of the modules that are in memory to be read.
const maxScanned = 64 << 20

// A moduleMemo remembers what was found in modules, because many jobs import the same
// ones. Each module is read once in a link.
type moduleMemo[T any] struct {
	reading *semaphore.Weighted // of maxScanned
	find    func(path string, data []byte) (T, error)
	weight  func(T) int // of what was found
	limit   int         // of all weights; beyond it, everything is forgotten

	mu     sync.Mutex
	found  map[digest.Digest]*foundInModule[T]
	weighs int
}

type foundInModule[T any] struct {
	once  sync.Once
	value T
	err   error
}

// in returns what is found in a module.
func (m *moduleMemo[T]) in(module action.Input) (T, error) {
	f := m.entry(module.Digest)
	f.once.Do(func() {
		size := min(module.Digest.Size, maxScanned)
		_ = m.reading.Acquire(context.Background(), size) // others end soon
		defer m.reading.Release(size)
		data, err := readUnchanged(module.File)
		if err == nil {
			f.value, err = m.find(module.File.Path, data)
		}
		if f.err = err; err == nil {
			m.mu.Lock()
			m.weighs += m.weight(f.value)
			m.mu.Unlock()
		}
	})
	return f.value, f.err
}

func (m *moduleMemo[T]) entry(content digest.Digest) *foundInModule[T] {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.weighs > m.limit {
		clear(m.found)
		m.weighs = 0
	}
	if m.found[content] == nil {
		m.found[content] = new(foundInModule[T])
	}
	return m.found[content]
}
