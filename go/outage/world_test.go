package outage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/store"
)

var (
	errDown   = errors.New("connection refused")
	errFull   = errors.New("no space left on device")
	errHiccup = errors.New("a hiccup")
)

// A service is a store with faults. It counts its calls.
type service struct {
	content *store.Store

	mu                      sync.Mutex
	down, onLookup, onStore error
	dials, lookups, stores  int
	open                    int // connections
}

func newService(t *testing.T) *service {
	t.Helper()
	content, err := store.Open(t.TempDir(), digest.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return &service{content: content}
}

// set changes the service's faults.
func (s *service) set(change func(*service)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

// counts returns how many calls the service has had since counts was last called.
func (s *service) counts() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := fmt.Sprintf("%d dials, %d lookups, %d stores", s.dials, s.lookups, s.stores)
	s.dials, s.lookups, s.stores = 0, 0, 0
	return text
}

// A connection is one process's.
type connection struct{ *service }

func (s *service) dial() (Service, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dials++
	s.open++
	return connection{s}, nil
}

func (c connection) Ready(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return c.down
}

func (c connection) Lookup(ctx context.Context, a *action.Action) (*action.Result, error) {
	c.mu.Lock()
	c.lookups++
	err := errors.Join(c.down, c.onLookup, ctx.Err())
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return c.content.Lookup(ctx, a)
}

func (c connection) Store(ctx context.Context, a *action.Action, r *action.Result) error {
	c.mu.Lock()
	c.stores++
	err := errors.Join(c.down, c.onStore, ctx.Err())
	c.mu.Unlock()
	if err != nil {
		return err
	}
	return c.content.Store(ctx, a, r)
}

func (c connection) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open--
	return nil
}

// A build is many processes with one state folder.
type build struct {
	*testing.T
	service *service
	options Options

	mu       sync.Mutex
	warnings []string
}

func newBuild(t *testing.T, s *service) *build {
	b := &build{T: t, service: s}
	b.options = Options{
		StateDir: filepath.Join(t.TempDir(), "state"),
		Caller:   Caller{Service: []string{"grpc://cache"}},
		Dial:     s.dial,
		Patience: time.Minute,
		IsFull:   func(err error) bool { return errors.Is(err, errFull) },
		Verbose:  func(string, ...any) {},
		Warn: func(format string, args ...any) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.warnings = append(b.warnings, fmt.Sprintf(format, args...))
		},
	}
	return b
}

// warned returns the warnings since it was last called.
func (b *build) warned() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.warnings
	b.warnings = nil
	return list
}

// process runs f in one process of the build.
func (b *build) process(f func(*Cache)) {
	b.Helper()
	c := New(b.Context(), b.options)
	f(c)
	if err := c.Close(); err != nil {
		b.Error(err)
	}
}

// compile looks an action up and stores its result, as a compilation does. It reports
// whether the action was found and whether its result was stored.
func (b *build) compile(name string) (found, stored bool) {
	b.Helper()
	b.process(func(c *Cache) {
		r, _ := c.Lookup(b.Context(), newAction(name))
		found = r != nil
		stored = c.Store(b.Context(), newAction(name), newResult(name)) == nil
	})
	return found, stored
}

// age makes the outages as old as if so much time had passed.
func (b *build) age(by time.Duration) {
	b.Helper()
	files := b.files()
	if len(files) == 0 {
		b.Fatal("no outage is remembered")
	}
	for _, path := range files {
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-by)); err != nil {
			b.Fatal(err)
		}
	}
}

func (b *build) files() []string {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(b.options.StateDir, "down-*"))
	if err != nil {
		b.Fatal(err)
	}
	return files
}

func newAction(name string) *action.Action {
	return &action.Action{
		Digest:  digest.SHA256.Of([]byte(name)),
		Subject: name,
		Outputs: []action.Output{{Name: "m.native.o", Path: name + ".o"}},
	}
}

func newResult(name string) *action.Result {
	return &action.Result{Outputs: []action.OutputFile{{Name: "m.native.o", Data: reapitest.Object(name)}}}
}
