// Package executor runs the actions of a link. Each of its four types is an
// action.Executor for one task:
//
//   - Local runs an action on this machine.
//   - Remote has a worker run it.
//   - Fallback has a worker run it, and this machine if the worker can't.
//   - Racing runs it on both sides; the first sound result counts.
//
// An executor takes the slots that it needs, unless its caller has taken them
// before. The result holds them until Done: they bound the results in memory. An
// executor that returns an error has given them back.
//
// Three kinds of errors say more than "it could not be run": action.ErrInputChanged
// and ErrOtherFiles, after which the job must run as the linker wrote it, and
// host.EnvironmentError.
package executor

import (
	"errors"

	"thinrex/go/action"
	"thinrex/go/host"
)

// ErrOtherFiles says that the compiler wrote more than the action's outputs.
var ErrOtherFiles = errors.New("which thinrex doesn't know as an output")

// A Reporter is told what a person should know while an executor works.
type Reporter interface {
	// FellBack says that this machine compiles what was meant for a worker.
	FellBack(module string, why error)
	// Confirmed says that a failure on a worker is one on this machine, too. One of their
	// messages needn't be printed.
	Confirmed(there, here *action.Result)
}

// Decides reports whether what happened on this machine is the end of a job, so
// that a service's answer isn't waited for: the compiler has ended by itself, or
// the job can't be run as an action.
func Decides(r *action.Result, err error) bool {
	if err != nil {
		return errors.Is(err, action.ErrInputChanged) || errors.Is(err, ErrOtherFiles)
	}
	return r.Signal == ""
}

// hold has a result give back the slot of its execution with Done.
func hold(slot *host.Lease, r *action.Result) *action.Result {
	releaseMemory := r.Release
	r.Release = func() {
		if releaseMemory != nil {
			releaseMemory()
		}
		slot.Free()
	}
	return r
}
