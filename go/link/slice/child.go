package slice

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"thinrex/go/host"
)

// programName is that of the program that cuts modules.
const programName = "thinrex-slicer"

// A child is a process that cuts one module at a time.
type child struct {
	*host.Companion
	answers *bufio.Reader
	served  int
}

// start starts a process and waits until it has loaded LLVM.
func start(ctx context.Context, o Options) (*child, error) {
	companion, err := host.StartCompanion(o.Program, o.Library)
	if err != nil {
		return nil, explainStart(o.Program, err)
	}
	c := &child{Companion: companion, answers: bufio.NewReader(companion.Out)}
	var kind byte
	var content []byte
	err = c.within(ctx, o.Timeout, func() (err error) {
		kind, content, err = readMessage(c.answers)
		return err
	})
	switch {
	case err != nil:
	case kind == kindUnable:
		err = errors.New(string(content))
	case kind != kindReady:
		err = errOtherProgram
	case o.Version != "" && o.Version != string(content):
		err = fmt.Errorf("%s has LLVM %s, the compiler has %s", o.Library, content, o.Version)
	default:
		return c, nil
	}
	return nil, errors.New(c.end(err))
}

// FindProgram returns the thinrex-slicer beside this program.
func FindProgram() (string, error) { return host.FindBeside(programName) }

// explainStart improves the system's message for a program that can't be started: a
// program whose dynamic loader is missing is reported as missing itself.
func explainStart(program string, err error) error {
	if _, missing := os.Stat(program); missing == nil && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: it runs only where glibc is installed", err)
	}
	return err
}

var (
	errLate         = errors.New("took longer than")
	errOtherProgram = errors.New(programName + " answers what this thinrex doesn't understand:" +
		" both must be of one version")
)

// A question is a message to a process, and the kind of the answer to it that isn't a
// refusal.
type question struct {
	path    string // of the module that it is about
	kind    byte
	content []byte
	answer  byte
}

// exchange sends a question and returns the answer.
func (c *child) exchange(ctx context.Context, limit time.Duration, q question) (kind byte, content []byte, err error) {
	c.served++
	err = c.within(ctx, limit, func() error {
		if err := writeMessage(c.In, q.kind, q.content); err != nil {
			return err
		}
		kind, content, err = readMessage(c.answers)
		if err == nil && kind != q.answer && kind != kindRefusal {
			err = errOtherProgram
		}
		return err
	})
	return kind, content, err
}

// within ends the process if talk takes longer than limit or the context ends; then talk
// fails.
func (c *child) within(ctx context.Context, limit time.Duration, talk func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stop := context.AfterFunc(ctx, c.Kill)
	err := talk()
	stop()
	if ctx.Err() == context.DeadlineExceeded {
		return fmt.Errorf("%s %w %s", programName, errLate, limit)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.EPIPE) {
		return fmt.Errorf("%s died", programName)
	}
	return err
}

// end ends the process, and returns err's text with the last line that the process wrote
// to its standard error.
func (c *child) end(err error) string {
	lines := strings.Split(strings.TrimSpace(c.End()), "\n")
	if err == nil {
		return ""
	}
	if last := lines[len(lines)-1]; last != "" && !strings.Contains(last, err.Error()) {
		return fmt.Sprintf("%s: %s", err, last)
	}
	return err.Error()
}
