package link

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"golang.org/x/sync/singleflight"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/link/canon"
	"thinrex/go/link/slice"
	"thinrex/go/report"
)

// A slicing makes sliced actions: they read, of each imported module, only what their
// job imports (see canon.Sliced). It is asked only for actions without a result, so a
// link that hits in full cuts nothing. Whatever goes wrong, a job then reads whole modules.
type slicing struct {
	builder  *canon.Builder
	disk     *cache // keeps slices
	terminal *report.Terminal
	tally    *tally

	begin  func() (*slicer, error) // is called once, by the first action
	begun  *slicer                 // by begin; nil before that, and if it failed
	turns  turns                   // of actions that are being sliced: their slices are in memory
	flight singleflight.Group      // of equal slices that are being made
	memory sliceMemory

	told            sync.Map // paths of modules of which the user knows that they stay whole
	unavailable     sync.Once
	tellUnavailable func(why error) // that no module can be cut
}

// A slicer is what cuts: processes, and what identifies the program and the library in
// them.
type slicer struct {
	pool     *slice.Pool
	identity string
}

// newSlicing returns nil if no action is to be sliced.
func newSlicing(o Options, c *jobCompiler, disk *cache, t *tally) *slicing {
	noCache := o.Cache == nil && o.Remote == nil // there are no keys to make better
	if o.Slicing == SlicingOff || c.builder == nil || noCache && o.Slicing != SlicingVerify {
		return nil
	}
	s := &slicing{
		builder:  c.builder,
		disk:     disk,
		terminal: o.Terminal,
		tally:    t,
		turns:    make(turns, coresAndDisk()),
	}
	s.begin = sync.OnceValues(func() (*slicer, error) {
		var err error
		if s.begun, err = newSlicer(o, c); err != nil {
			s.tellUnavailable(err)
		}
		return s.begun, err
	})
	s.tellUnavailable = func(err error) {
		s.unavailable.Do(func() {
			tell := s.terminal.Verbose
			if o.SlicingLibrary != "" { // the user expects slices
				tell = func(format string, args ...any) { s.terminal.WarnOnce("slicing", format, args...) }
			}
			tell("jobs read the modules that they import whole: %v", err)
		})
	}
	return s
}

// newSlicer finds the program and the library. Processes start with the first request.
func newSlicer(o Options, c *jobCompiler) (*slicer, error) {
	library, version := o.SlicingLibrary, ""
	var err error
	if library != "" {
		version, err = c.version() // it may be a library of another compiler
	} else if library, err = c.library(); err == nil && library == "" {
		err = fmt.Errorf("LLVM is linked into %s; --slicing_library=FILE names a libLLVM of its version", c.path)
	}
	if err != nil {
		return nil, err
	}
	program, err := slice.FindProgram()
	if err != nil {
		return nil, err
	}
	identity := ""
	for _, path := range []string{program, library} {
		f, err := o.Files.File(path)
		if err != nil {
			return nil, err
		}
		identity += " " + f.Digest.Hash
	}
	pool := slice.NewPool(slice.Options{
		Program:   program,
		Library:   library,
		Version:   version,
		Processes: min(runtime.GOMAXPROCS(0), o.Slots.Count()),
	})
	return &slicer{pool: pool, identity: identity}, nil
}

// rest ends the processes that have nothing to do. An action that has to be sliced again
// starts new ones.
func (s *slicing) rest() {
	if s != nil && s.begun != nil {
		s.begun.pool.EndIdle()
	}
}

// close ends the processes. No action is sliced any more.
func (s *slicing) close() error {
	if s == nil || s.begun == nil {
		return nil
	}
	err := s.begun.pool.Close()
	s.tally.count(func(sum *report.Summary) { sum.SliceSeconds = report.Seconds(s.begun.pool.CPU()) })
	return err
}

// slice gives a task the sliced action of its job, and reports whether it has one then.
func (s *slicing) slice(ctx context.Context, t *task) bool {
	cutting, err := s.begin()
	if err != nil {
		s.tally.journal.readsWhole(t.first, err)
		return false
	}
	var sliced *canon.Sliced
	var requests []slice.Request
	s.turns.do(func() {
		sliced, err = s.builder.Slice(t.action, func(module action.Input, r slice.Request) ([]byte, error) {
			requests = append(requests, r)
			return s.cut(ctx, cutting, module, r)
		})
	})
	if err != nil {
		s.tally.journal.readsWhole(t.first, err)
		if ctx.Err() == nil && !errors.Is(err, canon.ErrNothingCut) {
			s.terminal.Verbose("%v", err)
		}
		return false
	}
	s.tally.journal.sliced(t.first, t.action, sliced, requests)
	t.wantsSlices = true
	t.sliced = &slicedTask{Sliced: sliced, whole: t.action}
	t.action = sliced.Action
	return true
}

// cut returns a slice of a module; nil if the module must stay whole.
func (s *slicing) cut(ctx context.Context, by *slicer, module action.Input, r slice.Request) ([]byte, error) {
	a, err := s.builder.Cut(module, r, by.identity)
	if err != nil {
		return nil, err
	}
	if data := s.memory.get(a.Digest); data != nil {
		return data, nil
	}
	made, err, _ := s.flight.Do(a.Digest.Hash, func() (any, error) {
		if r, err := s.disk.lookup(ctx, a); err != nil || r != nil {
			return r, err
		}
		data, err := by.pool.Slice(ctx, r)
		if err != nil {
			return nil, err
		}
		if module.File.Changed() {
			return nil, fmt.Errorf("%s %w", module.File.Path, action.ErrInputChanged)
		}
		r := canon.CutResult(data)
		s.disk.store(ctx, a, r)
		return r, nil
	})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, slice.ErrUnavailable):
		s.tellUnavailable(err)
		return nil, nil
	case err != nil:
		if _, told := s.told.LoadOrStore(module.File.Path, true); !told {
			s.terminal.Verbose("jobs import %s whole: %v", module.File.Path, err)
		}
		return nil, nil
	}
	data := made.(*action.Result).Outputs[0].Data
	s.memory.put(a.Digest, data)
	return data, nil
}

// A sliceMemory keeps the slices of a link that jobs may still want, up to slicesKept
// bytes: neighbours often import the same from a module.
type sliceMemory struct {
	mu   sync.Mutex
	size int
	data map[digest.Digest][]byte
}

func (m *sliceMemory) get(key digest.Digest) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.data[key]
}

func (m *sliceMemory) put(key digest.Digest, data []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.data == nil {
		m.data = map[digest.Digest][]byte{}
	}
	if m.data[key] == nil && m.size+len(data) <= slicesKept {
		m.data[key] = data
		m.size += len(data)
	}
}
