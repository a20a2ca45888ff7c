package canon

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"

	"thinrex/go/action"
	"thinrex/go/assembly"
	"thinrex/go/digest"
)

// maxScanned bounds the bytes of the modules that are in memory to be scanned.
const maxScanned = 64 << 20

// An assemblyMemo remembers what was found in modules, which many jobs import,
// and in whole jobs.
type assemblyMemo struct {
	reading *semaphore.Weighted // of maxScanned
	mu      sync.Mutex
	modules map[digest.Digest]*scannedModule
	jobs    map[digest.Digest]assemblyFiles // by the digest of the action without these files
}

type scannedModule struct {
	once     sync.Once
	assembly *assembly.Reader
	err      error
}

func newAssemblyMemo() assemblyMemo {
	return assemblyMemo{
		reading: semaphore.NewWeighted(maxScanned),
		modules: map[digest.Digest]*scannedModule{},
		jobs:    map[digest.Digest]assemblyFiles{},
	}
}

func (m *assemblyMemo) ofJob(key digest.Digest) (files assemblyFiles, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	files, known = m.jobs[key]
	return files, known
}

func (m *assemblyMemo) rememberJob(key digest.Digest, files assemblyFiles) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.jobs[key] = files
}

func (m *assemblyMemo) ofModule(content digest.Digest) *scannedModule {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.modules[content] == nil {
		m.modules[content] = new(scannedModule)
	}
	return m.modules[content]
}

// moduleAssembly returns the assembly of one module, which is scanned once in a
// link.
func (b *Builder) moduleAssembly(in action.Input) (*assembly.Reader, error) {
	module := b.scanned.ofModule(in.Digest)
	module.once.Do(func() {
		size := min(in.Digest.Size, maxScanned)
		_ = b.scanned.reading.Acquire(context.Background(), size) // others end soon
		defer b.scanned.reading.Release(size)
		data, err := readUnchanged(in.File)
		if err != nil {
			module.err = err
			return
		}
		module.assembly, module.err = assembly.Module(data, true)
	})
	return module.assembly, module.err
}
