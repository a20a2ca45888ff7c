package executor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"thinrex/go/action"
	"thinrex/go/host"
)

// A Service has actions run by its workers. *reapi.Client is one.
type Service interface {
	action.Executor
	// Executor returns the service's address, for messages.
	Executor() string
	// Down returns why no further action is given to the service, or nil.
	Down() error
	// Refusal returns the service's message if an error is its answer that it can't
	// run an action.
	Refusal(error) (message string, ok bool)
}

// Workers are those of a service, as the actions of one link see them.
type Workers struct {
	Service  Service
	Compiler string // the path by which workers run the compiler; "" if each action brings its own
	Required bool   // this machine stands in for no worker, so an error ends the link

	// Begin is told of each action that the service is given. It returns two
	// functions to be called when a worker has begun it, and when the service has
	// answered or failed to.
	Begin func() (progress func(begun bool), end func(answered bool))
}

// Remote has a worker run an action.
type Remote struct {
	Workers *Workers
	Slot    *host.Lease // of the actions that the service is given at once
}

// Execute returns what the compiler gave on a worker. Whatever went wrong but the
// compilation itself is an error.
func (r Remote) Execute(ctx context.Context, a *action.Action) (*action.Result, error) {
	if err := r.Slot.Take(ctx); err != nil {
		return nil, err
	}
	service := r.Workers.Service
	var result *action.Result
	err := service.Down()
	if err == nil {
		progress, end := r.Workers.Begin()
		result, err = service.Execute(action.WithProgress(ctx, progress), a)
		end(err == nil)
	}
	if err == nil {
		err = workerFailure(a, result)
	}
	if err != nil {
		result.Done()
		r.Slot.Free()
		return nil, r.Workers.explain(ctx, a, err)
	}
	result.Service = service.Executor()
	if result.ExitError() != nil {
		// It has no outputs: what remains to be done with it needs no bound, and may
		// wait for a slot of this machine.
		r.Slot.Free()
		return result, nil
	}
	return hold(r.Slot, result), nil
}

// explain adds to an error what the user may do about it. If workers are required,
// the error ends the link and names the module, unless an input has changed or the
// link has ended.
func (w *Workers) explain(ctx context.Context, a *action.Action, err error) error {
	if refusal, ok := w.Service.Refusal(err); ok && w.Compiler != "" && lacksCompiler(refusal, w.Compiler) {
		err = fmt.Errorf("%w; the worker seems to have no %s: %s", err, w.Compiler, OtherWorkerCompiler)
	}
	if !w.Required || ctx.Err() != nil || errors.Is(err, action.ErrInputChanged) {
		return err
	}
	return &host.EnvironmentError{Err: fmt.Errorf("execute %s remotely: %w", a.Subject, err)}
}

// workerFailure says what is wrong with the worker, or nil if what it returned is
// the compiler's own doing.
func workerFailure(a *action.Action, r *action.Result) (why error) {
	defer func() {
		if why != nil && r.Message != "" {
			why = fmt.Errorf("%w (%s)", why, r.Message)
		}
	}()
	switch code := r.ExitCode; {
	case code == 126 || code == 127: // a shell's codes for what it can't run
		return fmt.Errorf("the worker has no such compiler (exit status %d): %s; %s",
			code, firstLine(a.OriginalNames(r.Stderr)), OtherWorkerCompiler)
	case code > 128 && code < 160 || code < 0: // 128 + the signal's number, or minus it
		return fmt.Errorf("a signal ended the compiler on the worker (exit status %d)", code)
	case code == 0 && a.Check(r) != nil:
		err := fmt.Errorf("on the worker, %w", a.Check(r))
		if versions := OlderCompiler(r.Stderr); versions != "" {
			err = fmt.Errorf("%w: %s; %s", err, versions, OtherWorkerCompiler)
		}
		return err
	}
	return nil
}

// firstLine returns the beginning of what a program printed, fit for a terminal.
func firstLine(text []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	line = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, line)
	const most = 200
	if runes := []rune(line); len(runes) > most {
		line = string(runes[:most]) + "…"
	}
	return line
}
