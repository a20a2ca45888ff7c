package canon

import (
	"sync"

	"golang.org/x/sync/semaphore"

	"thinrex/go/assembly"
	"thinrex/go/digest"
)

// An assemblyMemo remembers the assembly that was found in modules, and the files that
// whole jobs read because of it.
type assemblyMemo struct {
	modules *moduleMemo[*assembly.Reader]

	mu   sync.Mutex
	jobs map[digest.Digest]assemblyFiles // by the digest of the action without these files
}

func newAssemblyMemo(reading *semaphore.Weighted) assemblyMemo {
	return assemblyMemo{
		modules: &moduleMemo[*assembly.Reader]{
			reading: reading,
			find:    func(_ string, data []byte) (*assembly.Reader, error) { return assembly.Module(data, true) },
			weight:  func(*assembly.Reader) int { return 0 }, // few modules have any
			found:   map[digest.Digest]*foundInModule[*assembly.Reader]{},
		},
		jobs: map[digest.Digest]assemblyFiles{},
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
