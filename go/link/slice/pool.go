package slice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Options say how modules are cut.
type Options struct {
	Program   string        // the path of thinrex-slicer: see FindProgram
	Library   string        // the libLLVM that the job's compiler loads
	Version   string        // the compiler's version of LLVM, "22.1.8"; "" for any
	Processes int           // how many run at most
	Timeout   time.Duration // for one request, and for starting a process; 0 for some seconds
}

const (
	defaultTimeout = 10 * time.Second
	// maxDeaths is how many processes may die one after the other before no more are started.
	maxDeaths = 8
	// maxRequests is how many requests a process serves: a small leak must not grow forever.
	maxRequests = 2000
)

// ErrUnavailable says that no module can be cut: thinrex-slicer or the library is missing
// or doesn't fit.
var ErrUnavailable = errors.New("can't cut modules")

// A Refusal says why one module can't be cut. It is used as a whole.
type Refusal struct {
	Path   string
	Reason string
}

func (r *Refusal) Error() string { return fmt.Sprintf("%s is not cut: %s", r.Path, r.Reason) }

// A Pool has processes that cut modules. The first request starts the first process.
type Pool struct {
	o     Options
	slots chan struct{} // one for each request that is being served
	ctx   context.Context
	close context.CancelFunc

	mu      sync.Mutex
	busy    sync.WaitGroup // requests
	closed  bool
	idle    []*child
	refused map[string]*Refusal // by path
	deaths  int                 // since the last success
	down    error               // wraps ErrUnavailable

	cpu atomic.Int64 // nanoseconds that processes have spent
}

// NewPool returns a pool, which starts nothing yet.
func NewPool(o Options) *Pool {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	p := &Pool{o: o, slots: make(chan struct{}, max(1, o.Processes)), refused: map[string]*Refusal{}}
	p.ctx, p.close = context.WithCancel(context.Background())
	return p
}

// Slice returns the bitcode of the module in r.Path cut to r.Keep. The error is ctx's,
// a *Refusal of this module, which isn't tried again, or wraps ErrUnavailable. The module
// is read while Slice runs: a caller that must know which bytes were cut compares the
// file before and after.
func (p *Pool) Slice(ctx context.Context, r Request) ([]byte, error) {
	return p.answer(ctx, question{r.Path, kindRequest, r.encode(), kindSlice})
}

// Values lists what is in the bitcode file path, such as a slice. Its errors are those of
// Slice.
func (p *Pool) Values(ctx context.Context, path string) ([]Value, error) {
	content, err := p.answer(ctx, question{path, kindList, []byte(path), kindValues})
	if err != nil {
		return nil, err
	}
	var values []Value
	if err := json.Unmarshal(content, &values); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, errOtherProgram)
	}
	return values, nil
}

// answer has a process answer a question.
func (p *Pool) answer(ctx context.Context, q question) ([]byte, error) {
	if err := p.enter(q.path); err != nil {
		return nil, err
	}
	defer p.busy.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.ctx, cancel)()
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return nil, p.ended(ctx)
	}
	c, err := p.child(ctx)
	if err == nil {
		var content []byte
		if content, err = p.ask(ctx, c, q); err == nil {
			return content, nil
		}
	}
	if ctx.Err() != nil {
		return nil, p.ended(ctx)
	}
	return nil, err
}

// ended is the error of a request that the caller, or Close, has ended.
func (p *Pool) ended(ctx context.Context) error {
	if p.ctx.Err() != nil {
		return errClosed
	}
	return ctx.Err()
}

var errClosed = fmt.Errorf("%w: no more are wanted", ErrUnavailable)

// enter begins a request, if one for this module makes sense.
func (p *Pool) enter(path string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errClosed
	}
	if p.down != nil {
		return p.down
	}
	if r := p.refused[path]; r != nil {
		return r
	}
	p.busy.Add(1)
	return nil
}

// child returns an idle process or a new one.
func (p *Pool) child(ctx context.Context) (*child, error) {
	p.mu.Lock()
	down := p.down
	var c *child
	if n := len(p.idle); n > 0 && down == nil {
		c, p.idle = p.idle[n-1], p.idle[:n-1]
	}
	p.mu.Unlock()
	if c != nil || down != nil {
		return c, down
	}
	c, err := start(ctx, p.o)
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w: %w", ErrUnavailable, err)
		p.mu.Lock()
		p.down = err
		p.mu.Unlock()
	}
	return c, err
}

// ask sends a question to a process, which becomes idle again or ends.
func (p *Pool) ask(ctx context.Context, c *child, q question) ([]byte, error) {
	kind, content, err := c.exchange(ctx, p.o.Timeout, q)
	refusal := &Refusal{Path: q.path}
	switch {
	case err != nil:
		refusal.Reason = p.end(c, err)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	case kind == kindRefusal:
		refusal.Reason = string(content)
	default:
		refusal = nil
	}
	if err == nil && c.served >= maxRequests {
		p.end(c, nil)
		c = nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		p.deaths = 0
		if c != nil {
			p.idle = append(p.idle, c)
		}
	} else if p.died(err); p.deaths >= maxDeaths {
		p.down = fmt.Errorf("%w: processes died one after the other; the last: %s", ErrUnavailable, refusal.Reason)
	}
	if refusal != nil {
		p.refused[q.path] = refusal
		return nil, refusal
	}
	return content, nil
}

// died counts a process that ended with err. Two that had to be ended because they were
// late are as bad as maxDeaths: the link has waited long for both.
func (p *Pool) died(err error) {
	if p.deaths++; errors.Is(err, errLate) {
		p.deaths += maxDeaths/2 - 1
	}
}

// end ends a process, as child.end does.
func (p *Pool) end(c *child, err error) string {
	reason := c.end(err)
	p.cpu.Add(int64(c.CPU()))
	return reason
}

// CPU returns how much time the processes have spent, once Close was called.
func (p *Pool) CPU() time.Duration { return time.Duration(p.cpu.Load()) }

// EndIdle ends the processes that serve no request.
func (p *Pool) EndIdle() {
	p.mu.Lock()
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, c := range idle {
		p.end(c, nil)
	}
}

// Close ends all requests and processes, and waits for that.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.close()
	p.busy.Wait()
	p.EndIdle()
	return nil
}
