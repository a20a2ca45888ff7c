package credential

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
	"unicode"

	"thinrex/go/host"
)

// A helper is a program that speaks Bazel's credential helper protocol (EngFlow's
// credential-helper-spec). Processes that it leaves behind are ended with it, unless
// they have a process group of their own.
type helper struct {
	program string // its path
	timeout time.Duration
}

const (
	maxReply   = 1 << 20 // bytes
	maxMessage = 300     // characters of stderr that an error repeats
)

// credentials runs the helper to get the headers to send to uri, and until when they
// are valid (the zero time: no end is known). An error quotes the helper's stderr,
// which is meant for people, and nothing of its reply, which holds secrets.
func (h helper) credentials(ctx context.Context, uri string) (headers map[string]string, expires time.Time, err error) {
	request, err := json.Marshal(map[string]string{"uri": uri})
	if err != nil {
		return nil, time.Time{}, err
	}
	headers, expires, err = h.run(ctx, request)
	if err != nil {
		err = fmt.Errorf("credential helper %s %w (to try it: echo '%s' | %s get)", h.program, err, request, h.program)
	}
	return headers, expires, err
}

// run starts the helper with a request on its standard input.
func (h helper) run(ctx context.Context, request []byte) (headers map[string]string, expires time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	exit, err := host.Run(ctx, host.Process{
		Path:  h.program,
		Args:  []string{"get"},
		Env:   environmentWithoutHeaders(),
		Stdin: request,
	})
	if err == nil {
		err = exitError(exit)
	} else {
		err = h.runError(err)
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	return parseReply(exit.Stdout)
}

// errLate says that a helper didn't end in time.
var errLate = errors.New("gave no answer")

// runError says why the helper couldn't be run to its end.
func (h helper) runError(err error) error {
	cause, known := errors.AsType[*fs.PathError](err)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w within %v", errLate, h.timeout)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("was stopped: %w", err)
	case known:
		return fmt.Errorf("can't be started: %w", cause.Err)
	}
	return fmt.Errorf("can't be run: %w", err)
}

// exitError says what was wrong with how a helper ended; nil if it has replied.
func exitError(exit host.Exit) error {
	ended := fmt.Sprintf("exited with %d", exit.Code)
	if exit.Signal != "" {
		ended = "was ended by a signal, " + exit.Signal
	}
	switch message := printableEnd(exit.Stderr); {
	case exit.Code != 0 && message == "":
		return fmt.Errorf("%s and printed nothing on stderr", ended)
	case exit.Code != 0:
		return fmt.Errorf("%s: %s", ended, message)
	case len(exit.Stdout) > maxReply:
		return fmt.Errorf("replied with more than %d bytes", maxReply)
	case len(exit.Stdout) == 0 && message == "":
		return errors.New("exited with 0, but printed no reply")
	case len(exit.Stdout) == 0:
		return fmt.Errorf("exited with 0, but printed no reply: %s", message)
	}
	return nil
}

// printableEnd returns the end of a text on one line that is safe for a terminal.
func printableEnd(text []byte) string {
	line := []rune(strings.Join(strings.FieldsFunc(string(text), func(r rune) bool {
		return !unicode.IsPrint(r) || r == unicode.ReplacementChar || r == ' '
	}), " "))
	if len(line) > maxMessage {
		return "…" + string(line[len(line)-maxMessage:])
	}
	return string(line)
}

// environmentWithoutHeaders returns our environment without the variables that hold
// headers for servers, such as THINREX_REMOTE_HEADER. A helper must not see these.
func environmentWithoutHeaders() []string {
	env := os.Environ()
	kept := env[:0]
	for _, e := range env {
		name, _, _ := strings.Cut(strings.ToUpper(e), "=")
		if !strings.HasPrefix(name, "THINREX_") || !strings.Contains(name, "HEADER") {
			kept = append(kept, e)
		}
	}
	return kept
}
