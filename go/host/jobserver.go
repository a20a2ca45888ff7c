package host

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strconv"
	"time"
)

// A jobserver is GNU make's pool of job tokens: a pipe that holds one byte for each
// further job that may start. The job in which we run has a token already, so our first
// command needs none. A nil jobserver hands out any number of tokens.
//
// Source: "POSIX Jobserver Interaction" in the GNU make manual.
type jobserver struct {
	pipe     *os.File      // opened by us, so that make's own end stays in blocking mode
	implicit chan struct{} // holds our job's own token while it is free
	reading  chan struct{} // full while somebody reads the pipe
}

const jobserverAuth = `--jobserver-(?:auth|fds)=(?:fifo:(\S+)|(\d+),(\d+))`

// openJobserver returns nil if makeflags names no jobserver, or one whose pipe make has
// closed for us, as it does for recipes that aren't marked with a plus sign.
func openJobserver(makeflags string) *jobserver {
	all := regexp.MustCompile(jobserverAuth).FindAllStringSubmatch(makeflags, -1)
	if len(all) == 0 {
		return nil
	}
	m := all[len(all)-1] // make, too, obeys the last one
	path := m[1]
	if path == "" {
		read, readErr := strconv.Atoi(m[2])
		write, writeErr := strconv.Atoi(m[3])
		if readErr != nil || writeErr != nil {
			return nil
		}
		if path = pipePath(read, write); path == "" {
			return nil
		}
	}
	pipe, err := openPipe(path)
	if err != nil {
		return nil
	}
	j := &jobserver{pipe, make(chan struct{}, 1), make(chan struct{}, 1)}
	j.implicit <- struct{}{}
	return j
}

// poll is how often the reader of the pipe checks whether its context has ended or our
// own token is free.
const poll = 50 * time.Millisecond

// acquire waits for a token.
func (j *jobserver) acquire(ctx context.Context) (giveBack func(), err error) {
	if j == nil {
		return func() {}, nil
	}
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-j.implicit:
			return func() { j.implicit <- struct{}{} }, nil
		case j.reading <- struct{}{}:
		}
		giveBack, err := j.read()
		<-j.reading
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return giveBack, nil
		}
	}
}

// read takes a token from the pipe, or fails with os.ErrDeadlineExceeded if there is none
// within poll. If the pipe is broken, make is gone: then commands need no tokens.
func (j *jobserver) read() (giveBack func(), err error) {
	token := make([]byte, 1)
	if err := j.pipe.SetReadDeadline(time.Now().Add(poll)); err != nil {
		return func() {}, nil
	}
	n, err := j.pipe.Read(token)
	if n == 1 {
		return func() { j.write(token) }, nil
	}
	return func() {}, err
}

// write gives a token back. It doesn't block: the pipe had room for the token before.
func (j *jobserver) write(token []byte) { _, _ = j.pipe.Write(token) }

func (j *jobserver) close() error {
	if j == nil {
		return nil
	}
	return j.pipe.Close()
}
