package executor

import "context"

// Trust is what a link knows about the compilers of its workers. A broken worker
// (no space, another compiler, a missing library) looks like an error in the
// source. So the first job that fails on a worker is checked: it runs on this
// machine as well. If it fails here, too, the error is real, and so are all later
// ones. If it succeeds, a worker is broken, and no failure on a worker counts.
type Trust struct {
	turn  chan struct{} // held by the job that is checked, while the others wait
	state trust
}

type trust int

const (
	unchecked trust = iota
	trusted
	broken
)

// NewTrust returns what a link knows before any job has failed on a worker.
func NewTrust() *Trust { return &Trust{turn: make(chan struct{}, 1)} }

// ask returns whether workers can be trusted. If that is unchecked, the caller
// checks it with its own job and then calls endCheck; all others wait for that.
// When the link ends meanwhile, failures count as they are.
func (t *Trust) ask(ctx context.Context) trust {
	select {
	case t.turn <- struct{}{}:
	case <-ctx.Done():
		return trusted
	}
	if t.state == unchecked {
		return unchecked
	}
	defer t.endCheck()
	return t.state
}

// set records the outcome of a check. A check without one, because this machine
// couldn't run the job, is left to the next job that fails.
func (t *Trust) set(state trust) { t.state = state }

func (t *Trust) endCheck() { <-t.turn }
