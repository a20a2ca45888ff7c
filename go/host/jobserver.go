package host

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strconv"
	"time"
)

// A jobserver is GNU make's pool of job tokens, a pipe that holds one byte
// for each job that may still start. The job that make started for us has a
// token already, so the first command needs none. A nil jobserver hands out
// tokens without end.
//
// Source: "POSIX Jobserver Interaction" in the GNU make manual.
type jobserver struct {
	pipe     *os.File      // our own open file: its non-blocking mode is nobody else's
	implicit chan struct{} // holds make's own token for us while it is free
	reading  chan struct{} // held by the one that reads the pipe
}

const jobserverAuth = `--jobserver-(?:auth|fds)=(?:fifo:(\S+)|(\d+),(\d+))`

// openJobserver returns nil when makeflags names no jobserver, or one that
// make didn't pass on (the recipe isn't marked as a recursive one).
func openJobserver(makeflags string) *jobserver {
	all := regexp.MustCompile(jobserverAuth).FindAllStringSubmatch(makeflags, -1)
	if len(all) == 0 {
		return nil
	}
	m := all[len(all)-1] // the last counts, as for make
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

// poll is how often the reader of the pipe looks whether the context has
// ended or our own token has come free.
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

// read takes a token from the pipe, or fails when there is none within poll.
// When the pipe is broken, make is gone and there is no pool to be polite to.
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

// write gives a token back. A pipe that holds all tokens but ours has room.
func (j *jobserver) write(token []byte) { _, _ = j.pipe.Write(token) }

func (j *jobserver) close() error {
	if j == nil {
		return nil
	}
	return j.pipe.Close()
}
