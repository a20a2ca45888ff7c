package link

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"thinrex/go/action"
	"thinrex/go/link/canon"
	"thinrex/go/object/rename"
)

// A slicedTask is what a task with a sliced action needs in addition.
type slicedTask struct {
	*canon.Sliced
	whole  *action.Action // of the same job, on whole modules; its digest is the task's key
	result *action.Result // that the whole action would have; set by accept
}

// accept checks the result of a task's action. For a sliced action it makes the whole
// one's result of it, which is delivered. The error says why the result is of no use, so
// that the whole action must run.
func (t *task) accept(r *action.Result) error {
	if t.sliced == nil {
		return nil
	}
	if err := t.action.Failure(r); err != nil {
		return err
	}
	named, err := t.sliced.putNumbersBack(r)
	if err != nil {
		return err
	}
	t.sliced.result = named
	return t.sliced.whole.Failure(named)
}

// putNumbersBack replaces the placeholders in the names of promoted symbols.
func (s *slicedTask) putNumbersBack(r *action.Result) (*action.Result, error) {
	named := *r
	named.Release = nil // r keeps what was reserved
	named.Outputs = slices.Clone(r.Outputs)
	for i, out := range named.Outputs {
		data, err := rename.Replace(out.Data, s.Names)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", out.Name, err)
		}
		named.Outputs[i].Data = data
	}
	named.Stdout, named.Stderr = s.inText(r.Stdout), s.inText(r.Stderr)
	if rename.Mentions(named.Stdout, s.Names) || rename.Mentions(named.Stderr, s.Names) {
		return nil, errors.New("a message of the compiler has a placeholder that stands for no known number")
	}
	return &named, nil
}

// inText replaces the placeholders in messages of the compiler.
func (s *slicedTask) inText(text []byte) []byte {
	if !rename.Mentions(text, s.Names) {
		return text
	}
	var pairs []string
	for placeholder, number := range s.Names {
		pairs = append(pairs, placeholder, number)
	}
	return []byte(strings.NewReplacer(pairs...).Replace(string(text)))
}

// unslice gives a task its whole action back.
func (t *task) unslice() {
	t.action, t.sliced, t.wantsSlices = t.sliced.whole, nil, false
}

// outputsFrom returns what is delivered of the result of a task's action.
func (t *task) outputsFrom(r *action.Result) *action.Result {
	if t.sliced == nil {
		return r
	}
	return t.sliced.result
}
