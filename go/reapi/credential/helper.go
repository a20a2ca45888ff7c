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

// A helper is a program that speaks the credential helper protocol of Bazel
// (EngFlow's credential-helper-spec). What it leaves running ends with it,
// unless that has moved to a process group of its own.
type helper struct {
	program string // its path
	timeout time.Duration
}

const (
	defaultTimeout = 10 * time.Second // Bazel's
	maxReply       = 1 << 20
	maxWords       = 300
)

// get asks for the headers to send to uri, and until when they hold (the zero
// time: no end is known). An error quotes what the helper says on stderr, which
// is meant for people, and nothing of its reply.
func (h helper) get(ctx context.Context, uri string) (headers map[string]string, expires time.Time, err error) {
	request, err := json.Marshal(map[string]string{"uri": uri})
	if err != nil {
		return nil, time.Time{}, err
	}
	headers, expires, err = h.ask(ctx, request)
	if err != nil {
		err = fmt.Errorf("credential helper %s %w (to try it: echo '%s' | %s get)", h.program, err, request, h.program)
	}
	return headers, expires, err
}

func (h helper) ask(ctx context.Context, request []byte) (headers map[string]string, expires time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	exit, err := host.Run(ctx, host.Process{Path: h.program, Args: []string{"get"}, Env: environment(), Stdin: request})
	if err == nil {
		err = failure(exit)
	} else {
		err = h.reason(err)
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	return parseReply(exit.Stdout)
}

var errLate = errors.New("gave no answer")

// reason says why the helper couldn't be run to its end.
func (h helper) reason(err error) error {
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

func failure(exit host.Exit) error {
	ended := fmt.Sprintf("exited with %d", exit.Code)
	if exit.Signal != "" {
		ended = "was ended by a signal, " + exit.Signal
	}
	switch words := lastWords(exit.Stderr); {
	case exit.Code != 0 && words == "":
		return fmt.Errorf("%s without a word on stderr", ended)
	case exit.Code != 0:
		return fmt.Errorf("%s and said: %s", ended, words)
	case len(exit.Stdout) > maxReply:
		return fmt.Errorf("replied with more than %d bytes", maxReply)
	case len(exit.Stdout) == 0 && words == "":
		return errors.New("exited with 0, but printed no reply")
	case len(exit.Stdout) == 0:
		return fmt.Errorf("exited with 0, but printed no reply and said: %s", words)
	}
	return nil
}

// lastWords is the end of text on one line, fit for a terminal.
func lastWords(text []byte) string {
	line := []rune(strings.Join(strings.FieldsFunc(string(text), func(r rune) bool {
		return !unicode.IsPrint(r) || r == unicode.ReplacementChar || r == ' '
	}), " "))
	if len(line) > maxWords {
		return "…" + string(line[len(line)-maxWords:])
	}
	return string(line)
}

// environment is ours without what holds headers for servers, which are none
// of the helper's business: THINREX_REMOTE_HEADER and the like.
func environment() []string {
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
